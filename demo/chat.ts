// The chat panel. It knows nothing of rooms.

import { element, make } from './dom.js';

export class Chat {
  readonly #messages = element('messages');

  constructor(signal: AbortSignal, onSend: (text: string) => void) {
    const input = element('message', HTMLInputElement);
    this.#messages.replaceChildren();
    element('chat-form').addEventListener(
      'submit',
      (event) => {
        event.preventDefault();
        const text = input.value.trim();
        input.value = '';
        if (text) onSend(text);
      },
      { signal },
    );
  }

  show(from: string, text: string, isOwn: boolean): void {
    this.#messages.append(make('li', isOwn ? 'message own' : 'message', make('b', '', from), text));
    this.#messages.scrollTop = this.#messages.scrollHeight;
  }
}
