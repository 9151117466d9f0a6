// Mistakes in the room server.
export const server = [
  // ---- sockets ----------------------------------------------------------------------------------------------------------------------
  {
    name: 'server-keeps-quiet',
    sentence: 'The heartbeat is not answered: the server re-arms its timer and sends none',
    edits: [
      {
        file: 'src/roomserver/channel.cpp',
        find: '{ send_frame(context, rsp::Heartbeat{}, input.now); }',
        replace: '{\n  context.timers.start(ChannelTimer::kHeartbeat, input.now + (context.negotiated - kHeartbeatEarly));\n}',
      },
    ],
  },
  {
    name: 'silence-is-ignored',
    sentence: 'Unanswered pings: a silent socket is noted and not reported',
    edits: [{ file: 'src/roomserver/liveness.cpp', find: '  context.report.silent = true;\n', replace: '' }],
  },
  {
    name: 'blocked-page-is-silent',
    sentence: 'Only frames of the page count as a sign of life, so a blocked page is taken for a lost one',
    edits: [
      {
        file: 'src/roomserver/liveness.cpp',
        find: 'void Liveness::handle_pong(Instant now) { dispatch(Event::kPong, now); }',
        replace: 'void Liveness::handle_pong(Instant) {}',
      },
    ],
  },
  {
    name: 'pause-of-the-server-counts',
    sentence: 'A server that stood still judges everyone by what it did not hear meanwhile',
    edits: [
      {
        file: 'src/roomserver/server.cpp',
        find: '  if (server.announced && server.now - *server.announced > kWakeLateness) server.wake();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'question-is-kept',
    sentence: "A late promise answer: the host's verdict on a token is given to a socket that is gone",
    edits: [{ file: 'src/roomserver/server.cpp', find: '  if (socket->question) questions.erase(socket->question->op);\n', replace: '' }],
  },
  {
    name: 'forgets-to-close',
    sentence: 'A client that was told the end and does not close keeps its socket',
    edits: [
      {
        file: 'src/roomserver/channel.cpp',
        find: '        dispatch(Event::kFinishTimeout, {now});\n',
        replace: '        context_.timers.start(ChannelTimer::kFinish, now + kFinishTimeout);\n',
      },
    ],
  },

  // ---- participants -----------------------------------------------------------------------------------------------------------------
  {
    name: 'session-on-two-sockets',
    sentence: 'A session that comes back on a new socket keeps the old one, too',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  if (const auto old = member->participant.socket(); old && *old != socket) outputs_.push_back(Release{*old, true});\n',
        replace: '',
      },
    ],
  },
  {
    name: 'absent-for-ever',
    sentence: 'A server never expires a session: nobody asks when those without a socket are due',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '    next = fsm::earliest(next, member.participant.next_deadline());\n',
        replace: '    if (member.participant.socket()) next = fsm::earliest(next, member.participant.next_deadline());\n',
      },
    ],
  },
  {
    name: 'absence-begins-anew',
    sentence: 'Each sign of an absence gives it the whole session timeout again',
    edits: [
      {
        file: 'src/roomserver/participant.cpp',
        find: '  if (!context.timers.is_running(ParticipantTimer::kHold))\n    context',
        replace: '  context',
      },
    ],
  },
  {
    name: 'hidden-for-ever',
    sentence: 'The hint of a hidden page is not withdrawn when the page speaks again',
    edits: [
      {
        file: 'src/roomserver/participant.cpp',
        find: 'void Participant::note_frame() {\n  context_.leaving = false;\n  context_.hidden_at.reset();',
        replace: 'void Participant::note_frame() {\n  context_.leaving = false;',
      },
      {
        file: 'src/roomserver/participant.cpp',
        find: '  context.leaving = false;\n  context.hidden_at.reset();\n',
        replace: '  context.leaving = false;\n',
      },
    ],
  },
  {
    name: 'leaving-for-ever',
    sentence: 'The hint of a page that was about to go stands although the user stayed',
    edits: [
      {
        file: 'src/roomserver/participant.cpp',
        find: 'void Participant::note_frame() {\n  context_.leaving = false;\n',
        replace: 'void Participant::note_frame() {\n',
      },
      {
        file: 'src/roomserver/participant.cpp',
        find: '  context.socket = input.socket;\n  context.leaving = false;\n',
        replace: '  context.socket = input.socket;\n',
      },
    ],
  },
  {
    name: 'disconnected-is-not-told',
    sentence: 'A lost participantDisconnected: those who are present are not told that one is gone',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '    show_to_others(member, true, now);\n    for (Member& other',
        replace: '    for (Member& other',
      },
    ],
  },
  {
    name: 'return-is-not-told',
    sentence: 'Others are not told that a participant is back',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  show_if_changed(*member, shown, now);\n  apply_publications(*member, sync.participant, now);',
        replace: '  static_cast<void>(shown);\n  apply_publications(*member, sync.participant, now);',
      },
    ],
  },

  // ---- what participants see --------------------------------------------------------------------------------------------------------
  {
    name: 'stale-subscribed-revision',
    sentence: 'What is subscribed has the same revision after a sync as before, so the client does not look at it',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  member.subscribed_revision = next_revision(member.subscribed_revision, now);\n',
        replace:
          '  if (member.subscribed_revision == 0 || member.subscriptions_changed) member.subscribed_revision = next_revision(member.subscribed_revision, now);\n',
      },
    ],
  },
  {
    name: 'published-while-away',
    sentence: 'A sync loses the tracks that were published while the client was away',
    edits: [{ file: 'src/roomserver/room.cpp', find: '  apply_publications(*member, sync.participant, now);\n', replace: '' }],
  },
  {
    name: 'known-track-stays-as-it-was',
    sentence: 'Muting a track that is published already changes nothing at the server',
    edits: [{ file: 'src/roomserver/publications.cpp', find: '    next.back().track.enabled = track.enabled;\n', replace: '' }],
  },
  {
    name: 'published-unmuted',
    sentence: 'Unmute after republish: a track that is published anew is enabled, whatever its owner says',
    edits: [
      {
        file: 'src/roomserver/publications.cpp',
        find: '    change.verdicts = true;\n',
        replace: '    next.back().track.enabled = true;\n    change.verdicts = true;\n',
      },
    ],
  },
  {
    name: 'track-id-by-name',
    sentence: 'A track that follows another of the same participant gets the same SID',
    edits: [
      {
        file: 'src/roomserver/identifiers.cpp',
        find: 'participant.value + kFieldSeparator + track.value',
        replace: 'participant.value + kFieldSeparator + track.value.substr(0, 1)',
      },
    ],
  },

  // ---- links ------------------------------------------------------------------------------------------------------------------------
  {
    name: 'no-arbiter',
    sentence: 'Glare without arbitration: an offer of the same revision as the open one is passed on',
    edits: [
      {
        file: 'src/roomserver/link.cpp',
        find: '{ return input.description->revision <= *context.pending; }',
        replace: '{ return input.description->revision < *context.pending; }',
      },
    ],
  },
  {
    name: 'drops-whenever-pending',
    sentence: 'An offer that proves that the answer before it was lost is taken for glare and dropped',
    edits: [
      {
        file: 'src/roomserver/link.cpp',
        find: '{ return input.description->revision <= *context.pending; }',
        replace: '{ return input.description->revision <= *context.pending + 1; }',
      },
    ],
  },
  {
    name: 'lost-first-answer',
    sentence: 'In the first negotiation an offer that proves a lost answer is passed on, to an end that will never roll back',
    edits: [{ file: 'src/roomserver/link.cpp', find: '{ return context.stable == 0; }', replace: '{ return context.stable < 0; }' }],
  },
  {
    name: 'coalesced-entries',
    sentence: 'Lost answer when coalescing: of two entries for one link in one `synced` only the last goes out',
    edits: [
      {
        file: 'src/roomserver/links.cpp',
        find: '    for (auto& entry : pair.link->catch_up(pair.end_of(participant))) entries.push_back(std::move(entry));\n',
        replace:
          '    auto all = pair.link->catch_up(pair.end_of(participant));\n    if (!all.empty()) entries.push_back(std::move(all.back()));\n',
      },
    ],
  },
  {
    name: 'reused-link-id',
    sentence: 'Reused connection ids: the link that replaces another has the same id',
    edits: [
      {
        file: 'src/roomserver/identifiers.cpp',
        find: 'std::to_string(wall_clock_ms) + "-" + std::to_string(++counter_)',
        replace: 'std::to_string(0 * wall_clock_ms) + "-" + start_',
      },
    ],
  },
  {
    name: 'other-end-is-not-told',
    sentence: 'A link that one end does not list any more is replaced, and the other end is not told that it is closed',
    edits: [
      {
        file: 'src/roomserver/links.cpp',
        find: '    news.entries.push_back({pair.at(other(end)), pair.link->closing()});\n    lose(pair, now, news);',
        replace: '    lose(pair, now, news);',
      },
    ],
  },
  {
    name: 'answer-is-not-repeated',
    sentence: 'An answer that was lost with its socket is not said again after the sync',
    edits: [
      {
        file: 'src/roomserver/link.cpp',
        find: '  if (from.answer && from.answer->revision == context_.stable) news.push_back({id_, *from.answer, std::nullopt});\n',
        replace: '',
      },
    ],
  },
  {
    name: 'offer-is-not-repeated',
    sentence: 'An offer that was lost with its socket is not said again after the sync',
    edits: [
      {
        file: 'src/roomserver/link.cpp',
        find: '  if (awaits_answer_of_end) news.push_back({id_, *from.offer, std::nullopt});\n',
        replace: '  static_cast<void>(awaits_answer_of_end);\n',
      },
    ],
  },
  {
    name: 'candidates-are-not-repeated',
    sentence: 'Candidates that came while an end was away are not told to it after its sync',
    edits: [
      {
        file: 'src/roomserver/link.cpp',
        find: '      if (box.ufrag == ufrag) news.back().ice = box;\n',
        replace: '      if (box.ufrag.empty() && ufrag.empty()) news.back().ice = box;\n',
      },
    ],
  },
  {
    name: 'candidates-of-the-wrong-end',
    sentence: 'Candidates are kept as if the other end had said them, so a sync brings an end its own',
    edits: [
      {
        file: 'src/roomserver/link.cpp',
        find: '    LinkVoice& voice = speaker(context_, from);\n    auto changed',
        replace: '    LinkVoice& voice = speaker(context_, other(from));\n    auto changed',
      },
    ],
  },
  {
    name: 'candidates-are-not-collected',
    sentence: 'A list of candidates takes the place of the one before, although clients begin an empty one with every description',
    edits: [
      {
        file: 'src/roomserver/link_voice.cpp',
        find: '  for (const auto& candidate : said.candidates) {\n',
        replace: '  for (auto& box : voice.ice) box.candidates.clear();\n  for (const auto& candidate : said.candidates) {\n',
      },
    ],
  },
  {
    name: 'initial-link-stays',
    sentence: 'The connection that every client opens before it knows anybody is never closed',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '    connected.state.peer_connections->push_back({initial.id, rsp::Description{rsp::DescriptionType::kClose, revision, ""}, std::nullopt});\n',
        replace: '    static_cast<void>(revision);\n',
      },
    ],
  },
  {
    name: 'no-pause-between-links',
    sentence: 'A link that fails at once is replaced at once, for ever',
    edits: [
      {
        file: 'src/roomserver/links.cpp',
        find: '  pair.next_delay = std::clamp(2 * pair.next_delay, kFirstReplacementDelay, kMaxReplacementDelay);\n',
        replace: '',
      },
    ],
  },

  // ---- lost media -------------------------------------------------------------------------------------------------------------------
  {
    name: 'lost-media-told-to-all',
    sentence: 'That two have lost each other is told to everybody in the room',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '    if (contains(other.media_lost, member.sid)) ext',
        replace: '    if (&other != &member && !other.media_lost.empty()) ext',
      },
    ],
  },
  {
    name: 'lost-media-never-found',
    sentence: 'That media were lost is told, that they are back is not',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  const auto before = std::exchange(member.media_lost, now.media_lost);\n',
        replace:
          '  auto before = member.media_lost;\n  if (!now.media_lost.empty()) before = std::exchange(member.media_lost, now.media_lost);\n',
      },
    ],
  },

  // ---- wishes -----------------------------------------------------------------------------------------------------------------------
  {
    name: 'wish-waits-for-other-news',
    sentence: 'What is wished of a track is told with the next news of something else',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: 'wishes_of(wished, other) != wishes_of(member.wishes, other)',
        replace: '&wished == &member.wishes',
      },
    ],
  },

  // ---- how good a network is ----------------------------------------------------------------------------------------------------------
  {
    name: 'quality-waits-for-other-news',
    sentence: 'How good the network of somebody is, is told with the next news of it',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  if (std::exchange(member.quality, now.quality) != now.quality) rate_for_others(member, at);\n',
        replace: '  member.quality = now.quality;\n',
      },
    ],
  },
];
