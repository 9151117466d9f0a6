// A frame without the ICE candidates that it carries, in its lists and inside its descriptions (docs/protocol.md 4, 8).

interface Link {
  ice?: unknown;
  description?: { sdp?: unknown };
}

export function withoutIce(text: string): string {
  if (!text.includes('"peer_connections"')) return text;
  try {
    const frame = JSON.parse(text) as { body: { peer_connections: Link[] } };
    for (const link of frame.body.peer_connections) {
      delete link.ice;
      const { description } = link;
      if (typeof description?.sdp === 'string') description.sdp = description.sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '');
    }
    return JSON.stringify(frame);
  } catch {
    return text; // it makes no sense, which others will say
  }
}
