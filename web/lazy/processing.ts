// The frames of a video track, one by one, to a processor and from there to a canvas.

import type { AddProcessorOptions, VideoProcessor } from '../processing.js';

interface Frames {
  source: MediaStreamTrack;
  processor: VideoProcessor;
  inputType: NonNullable<AddProcessorOptions['inputFrameBufferType']>;
  output: HTMLCanvasElement;
  processedTrack: MediaStreamTrack & { requestFrame?(): void };
  isWanted(): boolean;
  signal: AbortSignal;
}

type Input = Parameters<VideoProcessor['processFrame']>[0];

declare global {
  // Of mediacapture-transform; not in every browser, nor in TypeScript's library.
  var MediaStreamTrackProcessor: (new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> }) | undefined;
}

const kUsualFrameRate = 24;

/** Until the source has ended or the signal is aborted. */
export async function processFrames(frames: Frames): Promise<void> {
  if (frames.signal.aborted) return;
  await (frames.inputType === 'videoframe' && globalThis.MediaStreamTrackProcessor ? videoFrames(frames) : pictures(frames));
}

async function videoFrames(frames: Frames): Promise<void> {
  const { source, signal, isWanted } = frames;
  const reader = new MediaStreamTrackProcessor!({ track: source }).readable.getReader();
  signal.addEventListener('abort', () => void reader.cancel());
  for (;;) {
    const { value: frame } = await reader.read();
    if (!frame) return;
    if (isWanted()) await processFrame(frames, frame, frame.displayWidth, frame.displayHeight);
    frame.close();
  }
}

/** At the rate of the source, by a timer: a page that is hidden gets no animation frames. */
async function pictures(frames: Frames): Promise<void> {
  const { source, inputType, signal, isWanted } = frames;
  const element = document.createElement('video');
  Object.assign(element, { muted: true, playsInline: true, srcObject: new MediaStream([source]) });
  element.play().catch(() => undefined); // Removed before it could play.
  const canvas =
    inputType === 'offscreencanvas' ? new OffscreenCanvas(1, 1) : inputType === 'canvas' ? document.createElement('canvas') : null;
  const context = canvas?.getContext('2d') as CanvasRenderingContext2D | null | undefined;
  let spent = 0;
  while (source.readyState === 'live') {
    const pause = 1000 / (source.getSettings().frameRate || kUsualFrameRate) - spent;
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (signal.aborted) break;
    const begun = performance.now();
    const { videoWidth: width, videoHeight: height } = element;
    if (width && isWanted()) {
      if (canvas) resize(canvas, width, height);
      context?.drawImage(element, 0, 0, width, height);
      await processFrame(frames, canvas ?? element, width, height);
    }
    spent = performance.now() - begun;
  }
  element.srcObject = null;
}

async function processFrame(
  { processor, output, processedTrack, signal }: Frames,
  input: Input,
  width: number,
  height: number,
): Promise<void> {
  resize(output, width, height);
  try {
    await processor.processFrame(input, output);
  } catch {
    // The next frame may do better.
  }
  if (!signal.aborted) processedTrack.requestFrame?.();
}

/** Setting the size of a canvas clears it. */
function resize(canvas: HTMLCanvasElement | OffscreenCanvas, width: number, height: number): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
}
