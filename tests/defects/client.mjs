// Mistakes in the client: its session, its links, what it tells the app.
export const client = [
  // ---- the session ------------------------------------------------------------------------------------------------------------------
  {
    name: 'answer-limit-in-minutes',
    sentence: 'connect() has no time limit worth the name: a server that never answers is waited for',
    edits: [{ file: 'src/rsp/session_context.hpp', find: 'kConnectAnswerLimit = 15_s', replace: 'kConnectAnswerLimit = 1000 * 15_s' }],
  },
  {
    name: 'back-off-never-resets',
    sentence: 'The failed attempts of a trouble long past still slow down the next one',
    edits: [{ file: 'src/rsp/session_actions.cpp', find: '  c.failed_dials = 0;\n', replace: '' }],
  },
  {
    name: 'candidates-not-in-the-way-back',
    sentence: 'Candidates that were told on the lost socket are taken for heard, and never said again after a sync',
    edits: [
      { file: 'src/rsp/outgoing.cpp', find: '    link.ice_is_news = link.ice.has_value();\n', replace: '    link.ice_is_news = false;\n' },
    ],
  },
  {
    name: 'candidates-overwrite-answer',
    sentence: 'Lost answer when coalescing: candidates that come while away replace the description that waits to be sent',
    edits: [
      {
        file: 'src/rsp/outgoing.cpp',
        find: '  if (update.description) {\n    link.description = update.description;\n    link.description_is_news = true;\n  }',
        replace: '  link.description = update.description;\n  link.description_is_news = update.description.has_value();',
      },
    ],
  },
  {
    name: 'links-never-forgotten',
    sentence: 'Every link there ever was is named in every later sync',
    edits: [
      { file: 'src/rsp/session.cpp', find: '{ context_.outgoing.forget(link); }', replace: '{ static_cast<void>(link); }' },
      { file: 'src/rsp/session_actions.cpp', find: '  c.outgoing.forget_closed(update);\n', replace: '' },
    ],
  },
  {
    name: 'mute-is-no-change',
    sentence: 'A track that is muted or unmuted raises no revision, so the server is not told',
    edits: [{ file: 'src/rsp/outgoing.cpp', find: '    if (old->enabled != track.enabled) ++changes;\n', replace: '' }],
  },
  {
    name: 'complete-state-is-not',
    sentence: 'Whoever is missing in the complete state after a sync is not taken for gone',
    edits: [
      { file: 'src/rsp/incoming.cpp', find: 'update.participants_complete = complete;', replace: 'update.participants_complete = false;' },
    ],
  },
  {
    name: 'closed-while-away',
    sentence: 'Links that the server closed while the client was away stay open',
    edits: [{ file: 'src/rsp/incoming.cpp', find: 'update.links_complete = complete;', replace: 'update.links_complete = false;' }],
  },
  {
    name: 'heartbeat-for-nobody',
    sentence: 'The heartbeat timer is re-armed without a heartbeat',
    edits: [
      {
        file: 'src/rsp/connection.cpp',
        find: '{ send_frame(c, Heartbeat{}, in.now, in.effects); }',
        replace: '{\n  c.timers.start(Timer::kHeartbeat, in.now + c.negotiated - kHeartbeatLead);\n}',
      },
    ],
  },
  {
    name: 'leaves-without-a-word',
    sentence: 'A page that goes says nothing: neither disconnect nor beacon',
    edits: [
      {
        file: 'src/rsp/connection.cpp',
        find: '    send(std::move(disconnect), now, effects);\n    send_frame(context_, Bye{}, now, effects);\n',
        replace: '    static_cast<void>(disconnect);\n',
      },
      {
        file: 'src/rsp/connection.cpp',
        find: '  close(close_code::kNormal, now, effects);',
        replace: '  close(close_code::kUnanswered, now, effects);',
      },
    ],
  },

  {
    name: 'dead-server-is-noticed-late',
    sentence: 'A server that is not heard any more is given a second longer than promised',
    edits: [
      { file: 'src/rsp/connection.hpp', find: 'constexpr Millis kSilenceLead = 300_ms;', replace: 'constexpr Millis kSilenceLead{-700};' },
    ],
  },

  // ---- links: signaling -------------------------------------------------------------------------------------------------------------
  {
    name: 'answer-of-another-generation',
    sentence: 'A link that replaces another gets its number, and the late answer of a promise of the old one is taken for its own',
    edits: [
      {
        file: 'src/peer/negotiation.cpp',
        find: 'report.op.value == 0 || report.op != context_.operation || !is_setting_local()',
        replace: 'context_.operation.value == 0 || !is_setting_local()',
      },
      {
        file: 'src/peer/peer_set.cpp',
        find: '  remember_closed(closed);\n',
        replace: '  remember_closed(closed);\n  if (link.peer().value == last_peer_) --last_peer_;\n',
      },
    ],
  },
  {
    name: 'candidates-by-delta',
    sentence: 'Candidate loss by list reset: a list of candidates begins anew after each time it was sent',
    edits: [
      {
        file: 'src/peer/ice.cpp',
        find: '    return backend::Ice{ufrag_, ++revision_, box.candidates, box.complete};',
        replace: '    return backend::Ice{ufrag_, ++revision_, std::exchange(box.candidates, {}), box.complete};',
      },
      { file: 'src/peer/ice.cpp', find: '#include <cstddef>\n', replace: '#include <cstddef>\n#include <utility>\n' },
    ],
  },
  {
    name: 'candidates-under-the-wrong-name',
    sentence: 'Mislabelled ufrag: candidates are filed under the description of now, whichever they belong to',
    edits: [
      {
        file: 'src/peer/ice.cpp',
        find: 'box_of(boxes_, own.empty() ? ufrag_ : own, ufrag_), candidate',
        replace: 'box_of(boxes_, ufrag_, ufrag_), labelled',
      },
      {
        file: 'src/peer/ice.cpp',
        find: '  const std::string& own = candidate.username_fragment;\n',
        replace: '  backend::IceCandidate labelled = candidate;\n  labelled.username_fragment = ufrag_;\n',
      },
    ],
  },
  {
    name: 'candidates-before-their-description',
    sentence: 'Candidates are handed to the browser before the description they belong to is applied',
    edits: [
      {
        file: 'src/peer/ice.cpp',
        find: '    if (box.ufrag != ufrag_ || ufrag_.empty()) continue;\n    for (; box.applied',
        replace: '    for (; box.applied',
      },
    ],
  },
  {
    name: 'candidates-lost-in-rollback',
    sentence: 'Candidates that a rolled back browser has forgotten are not given to it again',
    edits: [{ file: 'src/peer/ice.cpp', find: '  box_of(boxes_, ufrag, ufrag).applied = 0;\n', replace: '' }],
  },
  {
    name: 'new-links-get-old-tracks',
    sentence: 'A link that opens later gets the tracks that were published at the beginning',
    edits: [
      {
        file: 'src/peer/peer_set.cpp',
        find: '  local_tracks_ = tracks;\n',
        replace: '  if (local_tracks_.empty()) local_tracks_ = tracks;\n',
      },
    ],
  },

  // ---- links: life ------------------------------------------------------------------------------------------------------------------
  {
    name: 'silence-is-not-counted',
    sentence: 'Media that stops on a connection that says connected is not noticed',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: 'silence_counts_ = silence_counts_ || flowing_polls_ >= flowing_polls_needed_;',
        replace: 'silence_counts_ = silence_counts_ && flowing_polls_ >= flowing_polls_needed_;',
      },
    ],
  },
  {
    name: 'series-never-ends',
    sentence: 'A link that has lasted for hours is replaced as hesitantly as the last of a bad series',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: '  if (before == State::kHealthy && now - since_ >= kLasting) replacements_ = 0;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'dtls-failure-is-ice',
    sentence: 'A DTLS failure is answered with ICE restarts, which cannot help',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: 'context_.dtls_failed = context_.ice == IceConnectionState::kConnected || context_.ice == IceConnectionState::kCompleted;\n',
        replace: 'context_.dtls_failed = context_.ice == IceConnectionState::kClosed;\n',
      },
    ],
  },
  {
    name: 'connected-is-proof',
    sentence: 'A link that says connected after a restart is believed without bytes',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: 'return is_up(context) && context.expecting && (context.has_flowed || context.restarted);',
        replace: 'return is_up(context) && !context.expecting && (context.has_flowed || context.restarted);',
      },
    ],
  },
  {
    name: 'stuck-link-is-waited-for',
    sentence: 'The timer of a link that was negotiated and never connects is not started',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: '  if (!negotiating && machine_.is(State::kNew) && !is_up(context_) && !context_.timers.is_running(Timer::kStuck))\n    context_.timers.start(Timer::kStuck, now + kStuckTime);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'unanswered-offer-is-waited-for',
    sentence: 'No time limit for the answer to an offer',
    edits: [{ file: 'src/peer/liveness.cpp', find: '      dispatch(Event::kUnanswered, now);\n', replace: '' }],
  },
  {
    name: 'disconnected-is-an-alarm',
    sentence: 'A browser that misses answers to its checks is believed, although media come in',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: 'return context.expecting && in.now - context.flowed_at <= kFreshTime;',
        replace: 'return context.expecting && in.now < context.flowed_at;',
      },
    ],
  },
  {
    name: 'consent-runs-out',
    sentence: 'A browser that misses answers to its checks for long is let fail, although media come in',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: 'void LivenessTable::renew_consent(Context& context, const Input& in) {\n  context.restart_asked = true;\n',
        replace: 'void LivenessTable::renew_consent(Context& context, const Input& in) {\n',
      },
    ],
  },
  {
    name: 'silence-is-noticed-late',
    sentence: 'Media may be silent for 4 s before anybody wonders',
    edits: [{ file: 'src/peer/liveness.hpp', find: 'constexpr int kSilentPolls = 4;', replace: 'constexpr int kSilentPolls = 8;' }],
  },
  {
    name: 'pictures-are-not-asked-for',
    sentence: 'A link that is back goes on with pictures that nobody can decode',
    edits: [{ file: 'src/peer/liveness.cpp', find: '  context.refresh_asked = true;\n', replace: '' }],
  },
  {
    name: 'pictures-at-every-change',
    sentence: 'Whole pictures are asked for whenever a connection comes up, also if nothing was wrong',
    edits: [
      {
        file: 'src/peer/liveness.cpp',
        find: '  stop(context, {Timer::kBlip, Timer::kConsent, Timer::kStuck, Timer::kProof});\n  context.has_connected = true;\n',
        replace:
          '  stop(context, {Timer::kBlip, Timer::kConsent, Timer::kStuck, Timer::kProof});\n  context.has_connected = context.refresh_asked = true;\n',
      },
    ],
  },

  // ---- what the app is told ----------------------------------------------------------------------------------------------------------
  {
    name: 'limit-runs-on',
    sentence: 'D1: the timer of lost signaling is not stopped when signaling is back',
    edits: [{ file: 'src/room/room_state.cpp', find: '  context.timers.stop(RoomTimer::kSignalingLimit);\n', replace: '' }],
  },
  {
    name: 'trouble-outlives-its-peer',
    sentence: 'D2: media trouble with a participant who has left keeps the Room reconnecting',
    edits: [
      {
        file: 'src/room/room_state.cpp',
        find: '    if (trouble.remote.empty() || !is_there(trouble.remote, present)) return false;\n',
        replace: '    if (trouble.remote.empty()) return false;\n',
      },
      { file: 'src/room/room_state.cpp', find: '    trouble.counts = false;\n', replace: '' },
    ],
  },
  {
    name: 'new-link-hides-trouble',
    sentence: 'D3: a new link, which may never be answered, hides the trouble of the one before it',
    edits: [
      {
        file: 'src/room/room_state.cpp',
        find: 'if (link.health == Health::kHealthy) return false;',
        replace: 'if (!is_bad(link.health)) return false;',
      },
    ],
  },
  {
    name: 'local-reconnected-too-often',
    sentence: 'The local participant is reconnected when only media was lost',
    edits: [
      {
        file: 'src/room/room_state.cpp',
        find: 'void RoomTable::regain_media(Context&, const Input& input) { emit(',
        replace:
          'void RoomTable::regain_media(Context&, const Input& input) {\n  emit(*input.effects, effect::LocalParticipantReconnected{}, When::kTask);\n  emit(',
      },
    ],
  },
  {
    name: 'reconnecting-again',
    sentence: 'An event twice: a participant with two causes of trouble is reconnecting once for each',
    edits: [{ file: 'src/room/roster.cpp', find: 'if (after && !before) emit', replace: 'if (after && value) emit' }],
  },
  {
    name: 'published-again',
    sentence: 'A repeated verdict of the server settles publishTrack() a second time',
    edits: [{ file: 'src/client/local_tracks.cpp', find: '} else if (!published_[i]) {', replace: '} else {' }],
  },
  {
    name: 'unmuted-by-publishing',
    sentence: 'A track that was muted before its publishing settled is unmuted by it',
    edits: [
      {
        file: 'src/client/local_tracks.cpp',
        find: '      published_[i] = true;\n      emit(',
        replace: '      published_[i] = true;\n      tracks_[i].enabled = true;\n      dropped = true;\n      emit(',
      },
    ],
  },
  {
    name: 'unsubscribed-by-replacement',
    sentence: 'A link that is replaced takes the subscriptions with it: the app sees every track go and come',
    edits: [{ file: 'src/room/roster.cpp', find: 'if (!granted) unsubscribe(', replace: 'if (!media) unsubscribe(' }],
  },
  {
    name: 'gone-with-its-tracks-unsaid',
    sentence: 'Tracks that an absent participant took back are still there when it returns',
    edits: [
      {
        file: 'src/room/roster.cpp',
        find: '    if (update.tracks) take_tracks(*known, *update.tracks, effects);\n',
        replace: '    if (update.tracks && !known->away) take_tracks(*known, *update.tracks, effects);\n',
      },
    ],
  },
  {
    name: 'rating-alone-is-no-news',
    sentence: 'How good the network of somebody is, is heard only where something else about them has changed as well',
    edits: [{ file: 'src/rsp/incoming.cpp', find: '{}, {}, false, entry.quality});', replace: '{}, {}});' }],
  },
  {
    name: 'leaves-at-the-question',
    sentence: 'beforeunload leaves at once, although the user may stay',
    edits: [
      {
        file: 'src/client/client.cpp',
        find: '        hint(rsp::Session::Hint::kLeaving);\n',
        replace: '        session->leave(true, now, effects);\n',
      },
    ],
  },
  {
    name: 'completed-is-disconnected',
    sentence: 'The app is told that it was removed where the room was completed',
    edits: [
      {
        file: 'src/rsp/session.cpp',
        find: 'disconnected->completed ? code::kRoomCompleted : code::kSignalingDisconnected',
        replace: 'code::kSignalingDisconnected',
      },
    ],
  },

  // ---- wishes -------------------------------------------------------------------------------------------------------------------------
  {
    name: 'switched-off-is-missed',
    sentence: 'Media that were asked not to be sent are expected all the same, and their absence is trouble',
    edits: [{ file: 'src/room/roster.cpp', find: ' &&\n          !publication.is_unwanted())', replace: ')' }],
  },
  {
    name: 'new-link-sends-all',
    sentence: 'What a link sends that takes the place of another is not switched off',
    edits: [{ file: 'src/peer/local_media.cpp', find: '(track.kind), -1, -1});', replace: '(track.kind), 0, 0});' }],
  },
  {
    name: 'share-of-the-first-day',
    sentence: 'A link goes on with the bitrate that it began with, whoever comes and goes',
    edits: [{ file: 'src/peer/local_media.cpp', find: ' && sender.max_bitrate == fit.max_bitrate) continue;', replace: ') continue;' }],
  },

  // ---- lost media, told to whose they are ---------------------------------------------------------------------------------------------
  {
    name: 'lost-media-not-told',
    sentence: 'Whoever has lost the media of another keeps it to itself',
    edits: [{ file: 'src/client/client.cpp', find: 'std::move(told), ros', replace: '{}, ros' }],
  },
  {
    name: 'back-before-its-link',
    sentence: 'Whoever has replaced a link and is well again is called back before the new link works here',
    edits: [
      {
        file: 'src/client/client.cpp',
        find: 'link->health == room::LinkView::Health::kHealthy) continue;',
        replace: 'link->health != room::LinkView::Health::kSuspect) continue;',
      },
    ],
  },
  {
    name: 'rejoins-under-old-names',
    sentence: 'Whoever joins again publishes under the signaled ids of the session that has ended',
    edits: [
      {
        file: 'src/rsp/outgoing.cpp',
        find: 'id_suffix_ = "." + std::to_string(++renamings_);',
        replace: '++renamings_;',
      },
    ],
  },
];
