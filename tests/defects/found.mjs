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
    ],
  },
  {
    name: 'found-track-under-another-name',
    sentence: 'A section that sends turns into another track in one negotiation, for which no browser fires an event',
    edits: [
      {
        file: 'src/peer/local_media.cpp',
        find: ' && !sends(open_, slot.mid) && !sends(agreed_, slot.mid) &&\n',
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
        find: 'later(a_link_worked_until_, no_limit_before_ - context_.session_timeout)',
        replace: 'no_limit_before_ - context_.session_timeout',
      },
    ],
  },
];
