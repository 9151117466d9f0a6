// Video processors: what there is of one as soon as it is added. The frames are the work of a part that is loaded (web/lazy/processing.ts).

import { reportUncaught } from '../js-glue/index.js';
import { loadProcessing } from './parts.js';

/** Any object with this method is one. */
export abstract class VideoProcessor {
  /**
   * Draws on `output`, which has the size of the input. The next frame waits for the promise, if it gives one; whatever it throws or
   * rejects with is swallowed.
   */
  abstract processFrame(
    input: OffscreenCanvas | HTMLCanvasElement | HTMLVideoElement | VideoFrame,
    output: HTMLCanvasElement,
  ): Promise<void> | void;
}

const inputTypes = ['videoframe', 'video', 'canvas', 'offscreencanvas'] as const;

export interface AddProcessorOptions {
  /**
   * What `processFrame` is given. 'videoframe' is a VideoFrame where the browser makes them (MediaStreamTrackProcessor), else the video
   * element. Default: 'offscreencanvas'; 'canvas' where there is none.
   */
  inputFrameBufferType?: (typeof inputTypes)[number];
  /** Of the output canvas. Default: '2d'. */
  outputFrameBufferContextType?: string;
}

/** @internal */
export interface Processing {
  readonly processor: VideoProcessor;
  readonly options: AddProcessorOptions;
  readonly processedTrack: CanvasTrack;
  stop(): void;
}

type CanvasTrack = MediaStreamTrack & { requestFrame?(): void };

/** @internal Throws Error for options that will not do. `isWanted`: are frames of any use at this moment? */
export function startProcessing(
  source: MediaStreamTrack,
  processor: VideoProcessor,
  options: AddProcessorOptions,
  isWanted: () => boolean,
): Processing {
  const hasOffscreen = typeof OffscreenCanvas === 'function';
  const { inputFrameBufferType: inputType = hasOffscreen ? 'offscreencanvas' : 'canvas', outputFrameBufferContextType = '2d' } = options;
  if (!inputTypes.includes(inputType)) throw new Error(`Invalid inputFrameBufferType of ${String(inputType)}`);
  if (inputType === 'offscreencanvas' && !hasOffscreen) throw new Error('OffscreenCanvas is not supported by this browser');
  const { width = 0, height = 0 } = source.getSettings();
  const output = Object.assign(document.createElement('canvas'), { width, height });
  if (!output.getContext(outputFrameBufferContextType))
    throw new Error(`Cannot get outputFrameBufferContextType: ${outputFrameBufferContextType}`);
  // Where frames can be asked for, none comes in between.
  const canAsk = typeof CanvasCaptureMediaStreamTrack === 'function' && 'requestFrame' in CanvasCaptureMediaStreamTrack.prototype;
  const processedTrack = output.captureStream(canAsk ? 0 : undefined).getVideoTracks()[0]! as CanvasTrack;
  processedTrack.enabled = source.enabled;
  const stopping = new AbortController();
  loadProcessing()
    .then(({ processFrames }) => processFrames({ source, processor, inputType, output, processedTrack, isWanted, signal: stopping.signal }))
    .catch(reportUncaught);
  return {
    processor,
    options,
    processedTrack,
    stop() {
      stopping.abort();
      processedTrack.stop();
    },
  };
}
