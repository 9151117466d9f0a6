// Mistakes in coming back: to a restarted server, with another token, as another participant, in another page.
export const ways_back = [
  // ---- a restarted server ---------------------------------------------------------------------------------------------------------
  {
    name: 'revisions-begin-anew',
    sentence: 'The revisions of a restarted server begin at 1 again, so clients take its news for old',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  return std::max(last + 1, config_->wall_clock_at_start_ms + now.ms);\n',
        replace: '  static_cast<void>(now);\n  return last + 1;\n',
      },
    ],
  },
  {
    name: 'forged-session',
    sentence: 'The signature of a session string is not looked at: whoever knows its form can write one',
    edits: [
      {
        file: 'src/roomserver/identifiers.cpp',
        find: '  if (!equal_in_constant_time(signature, to_base64url(hmac_sha256(secret_, std::string("session\\n").append(body))))) return std::nullopt;\n',
        replace: '  static_cast<void>(signature);\n',
      },
    ],
  },
  {
    name: 'session-of-another',
    sentence: 'A session is given to whoever has its string, whomever the token names',
    edits: [
      {
        file: 'src/roomserver/server_entry.cpp',
        find: '  if (!claims || claims->identity != verdict.identity) return',
        replace: '  if (!claims) return',
      },
    ],
  },
  {
    name: 'absent-are-awaited',
    sentence: 'A restarted server never gives up those who do not come back',
    edits: [
      {
        file: 'src/roomserver/absences.cpp',
        find: 'later(Instant{} + patience_, now',
        replace: 'later(Instant{} + patience_ + 3600_s, now',
      },
    ],
  },
  {
    name: 'absent-are-not-named',
    sentence: 'A restarted server names only those who are back: everybody else seems to go and to come',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  for (const ParticipantSid& absent : absences_.awaited_by(member.sid)) state.participants.push_back(view_of_absent(absent));\n',
        replace: '',
      },
    ],
  },
  {
    name: 'given-up-in-silence',
    sentence: 'A restarted server gives up those who do not come back, and tells nobody',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  stop_waiting(absences_.fire_due(now), now);\n',
        replace: '  absences_.fire_due(now);\n',
      },
    ],
  },
  {
    name: 'links-begin-anew',
    sentence: 'A restarted server replaces every link, also those that both ends report',
    edits: [
      {
        file: 'src/roomserver/links.cpp',
        find: '  if (reported && known && reported->id == known->id) {\n',
        replace: '  if (reported && known && reported->id.value.empty()) {\n',
      },
    ],
  },

  // ---- tokens ---------------------------------------------------------------------------------------------------------------------
  {
    name: 'token-for-every-dial',
    sentence: 'The app is asked for another token at every dial, also if the last one is good for long',
    edits: [
      {
        file: 'src/rsp/token.hpp',
        find: '{ return renewable && ends && *ends <= now + kTokenMargin; }',
        replace: '{ return renewable && now >= Instant{}; }',
      },
    ],
  },
  {
    name: 'refused-token-again',
    sentence: 'After 20104 the app makes another token, and the old one is sent again',
    edits: [
      { file: 'src/rsp/session_actions.cpp', find: '  c.token.text.clear();\n', replace: '' },
      {
        file: 'src/rsp/session.cpp',
        find: '  context_.token.set(in.token, in.lifetime, now);\n  dispatch(Event::kTokenGiven',
        replace: '  if (context_.token.text.empty()) context_.token.set(in.token, in.lifetime, now);\n  dispatch(Event::kTokenGiven',
      },
    ],
  },

  // ---- rejoining ------------------------------------------------------------------------------------------------------------------
  {
    name: 'rejoins-when-superseded',
    sentence: 'Rejoin after 53205: two tabs of one identity throw each other out for ever',
    edits: [
      {
        file: 'src/rsp/session_actions.cpp',
        find: 'c.options.rejoins && in.error.code == code::kParticipantNotFound &&',
        replace: 'c.options.rejoins && (in.error.code == code::kParticipantNotFound || in.error.code == code::kDuplicateIdentity) &&',
      },
    ],
  },
  {
    name: 'rejoins-without-tracks',
    sentence: 'Whoever joins again publishes nothing',
    edits: [
      {
        file: 'src/rsp/session_actions.cpp',
        find: '  message.participant = c.outgoing.local_state();\n  message.ice_servers_overridden',
        replace: '  if (!c.was_dropped) message.participant = c.outgoing.local_state();\n  message.ice_servers_overridden',
      },
    ],
  },

  // ---- a page that is loaded anew ---------------------------------------------------------------------------------------------------
  {
    name: 'session-is-not-kept',
    sentence: 'A page that is reloaded keeps quiet, and leaves nothing for the next one',
    edits: [
      {
        file: 'src/client/client.cpp',
        find: '          effects.push_back(effect::KeepSession{session->word()});\n',
        replace: '',
      },
    ],
  },
  {
    name: 'kept-session-is-not-shown',
    sentence: 'The next page has the session and joins as anybody would',
    edits: [
      {
        file: 'src/rsp/session_actions.cpp',
        find: '  if (c.session.empty()) message.kept_session = c.options.session;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'keeping-is-said-once',
    sentence: 'That its session is kept is said in the first greeting only: after a reset a reload is a leave and a join',
    edits: [
      {
        file: 'src/rsp/session_actions.cpp',
        find: '  message.holdfast.emplace(c.outgoing.extension());\n  message.keeps_session = c.options.keeps_session;\n',
        replace: '  message.holdfast.emplace(c.outgoing.extension());\n',
      },
    ],
  },
  {
    name: 'reload-is-a-leave',
    sentence: 'A page that is reloaded has left after the short time that a closed one is given',
    edits: [
      {
        file: 'src/roomserver/participant.cpp',
        find: '!context_.keeps_session && (code',
        replace: '(code',
      },
    ],
  },
  {
    name: 'reload-is-told-as-a-leave',
    sentence: 'The others are told that whoever reloads has gone, and then that it has come',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  member.participant.handle_synced(socket, now);\n  note_words(member, std::nullopt, now);\n',
        replace:
          '  member.participant.end(0, now);\n  show_to_others(member, true, now);\n  flush(now);\n' +
          '  member.participant = Participant(socket, config_->session_timeout);\n  note_words(member, std::nullopt, now);\n',
      },
    ],
  },
  {
    name: 'old-tracks-outlive-the-page',
    sentence: 'The tracks of the page before stay, and those of the new one are taken for old news',
    edits: [{ file: 'src/roomserver/room.cpp', find: '  member.publications = {};\n', replace: '' }],
  },
  {
    name: 'old-links-outlive-the-page',
    sentence: 'The others keep their connections to a page that is no more',
    edits: [
      {
        file: 'src/roomserver/room.cpp',
        find: '  draft_news(links_.remove(sid));\n  for (const Member& other',
        replace: '  links_.remove(sid);\n  for (const Member& other',
      },
    ],
  },
  {
    name: 'session-is-good-twice',
    sentence: 'A copy of a session that was handed on throws out whoever has it now',
    edits: [
      {
        file: 'src/roomserver/server_entry.cpp',
        find: 'kept->participant == *earlier_self && !room.is_outdated(*kept)) {',
        replace: 'kept->participant == *earlier_self) {',
      },
    ],
  },
];
