// Mistakes that the simulator really found, put back.
export const found = [
  {
    name: 'found-two-tracks-on-one-transceiver',
    sentence: 'A track is put on a transceiver that looks idle, and on which another one sits whose place is not known yet',
    edits: [
      {
        file: 'src/peer/local_media.cpp',
        find: 'if (!latest() || std::any_of(senders_.begin(), senders_.end(), is_somewhere)) return {};',
        replace: 'static_cast<void>(is_somewhere);\n  if (!latest()) return {};',
      },
      // As it was found: tracks were still added while a description was being made.
      {
        file: 'src/peer/negotiation.cpp',
        find: 'set_wanted(tracks_, machine_.is(State::kStable), effects);',
        replace: 'set_wanted(tracks_, true, effects);',
      },
    ],
  },
  {
    name: 'found-track-under-another-name',
    sentence: 'A section that sends turns into another track in one negotiation, for which no browser fires an event',
    edits: [
      {
        file: 'src/peer/local_media.cpp',
        find: ' && !sends(open_, slot.mid) && !sends(agreed_, slot.mid) && !sends(answered_over_, slot.mid) &&\n',
        replace: ' &&\n',
      },
    ],
  },
  {
    name: 'found-limit-from-before',
    sentence: 'One peer is out of reach for long; when the link to another is replaced, the Room ends at once',
    edits: [
      {
        file: 'src/room/room_state.cpp',
        find: 'later(a_link_worked_until_, no_limit_before_ - context_.limit)',
        replace: 'no_limit_before_ - context_.limit',
      },
    ],
  },
  {
    name: 'found-welcome-is-a-sign-of-life',
    sentence: 'A frame before `synced` confirms trouble that only `synced` would have explained',
    edits: [
      {
        file: 'src/rsp/session.cpp',
        find: 'if (is_connected() && context_.connection.is_current(in.socket))',
        replace: 'if (!context_.session.empty() && context_.connection.is_current(in.socket))',
      },
    ],
  },
  {
    name: 'found-polls-overtake-answers',
    sentence: 'The next poll makes the answer of a slow browser to the one before void',
    edits: [
      {
        file: 'src/peer/link.cpp',
        find: '  if (stats_operation_.value != 0) return;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'found-promise-never-settles',
    sentence: 'A link whose browser never answers again is kept for ever',
    edits: [
      {
        file: 'src/peer/link.cpp',
        find: '  stats_due_.reset();\n  liveness.break_off(now);\n',
        replace: '  stats_due_.reset();\n',
      },
    ],
  },
  {
    name: 'found-section-changes-hands',
    sentence: 'A track is added while an offer is open, and takes over the section of one that is going',
    edits: [
      {
        file: 'src/peer/negotiation.cpp',
        find: 'set_wanted(tracks_, machine_.is(State::kStable), effects);',
        replace: 'set_wanted(tracks_, true, effects);',
      },
    ],
  },
  {
    name: 'found-no-limit-for-the-first-offer',
    sentence: 'connect() waits for ever where the browser never makes its first offer',
    edits: [
      {
        file: 'src/rsp/session_actions.cpp',
        find: '  await_answer(c, in);\n  c.events.push_back(backend::IceServersReady{});',
        replace: '  static_cast<void>(in);\n  c.events.push_back(backend::IceServersReady{});',
      },
      {
        file: 'src/rsp/session_actions.cpp',
        find: '  await_answer(c, in);\n  c.events.push_back(backend::IceServersReady{std::move',
        replace: '  stop_waiting(c);\n  c.events.push_back(backend::IceServersReady{std::move',
      },
      {
        file: 'src/rsp/session.cpp',
        find: '(machine_.is(State::kOffering) || (awaits && c.connection.is_open()))',
        replace: '(awaits && c.connection.is_open())',
      },
    ],
  },
  {
    name: 'found-frozen-picture',
    sentence: 'An end that has only ever answered takes its offer back after glare, and Chromium shows no more of what it decodes',
    edits: [
      {
        file: 'src/peer/negotiation.cpp',
        find: '{ return context.has_only_answered; }',
        replace: '{ return context.has_only_answered && context.stable_revision < 0; }',
      },
    ],
  },
  {
    name: 'found-ending-is-not-told',
    sentence: 'Whoever comes back to a session that was ended for a reason hears 53204, and one that rejoins throws the other device out',
    edits: [
      {
        file: 'src/roomserver/server_entry.cpp',
        find: 'refuse(id, ending == Ending::kSuperseded ? code::kDuplicateIdentity : code::kParticipantNotFound);',
        replace: 'refuse(id, code::kParticipantNotFound);',
      },
    ],
  },
  {
    name: 'found-broken-link-recovers',
    sentence: 'A link whose connection is closed counts as healthy again because nothing is to come',
    edits: [
      {
        file: 'src/peer/link.cpp',
        find: '  if (negotiation.is_broken()) return;\n  expect(now);\n  refresh(effects);\n',
        replace: '  expect(now);\n',
      },
    ],
  },
];
