import type { NodeProto } from 'onnx-buf';
import type { Scope } from '../../onnx/graph';
import type { ChannelMap } from '../../onnx/channels/map';
import type { ShapeIndex } from '../../onnx/shapes';
import type { WeightType } from '../../onnx/types';
import type { ValueIndex } from '../../onnx/values';
import type { ScaledLayer } from './scaled-layers';

/** A layer that reads the channels, and where in its inputs they begin. */
export interface Reader {
  readonly layer: ScaledLayer;
  readonly offset: number;
  readonly spread: number;
}

/** A constant with a value for each channel, added between the layers: it is scaled with them. */
export interface Addend {
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly input: number;
  readonly values: Float64Array;
  readonly dims: readonly number[];
  /** What it is added to. */
  readonly type: WeightType;
}

/** A Clip from 0 to `max` on the way: its upper bound becomes one for each channel. */
export interface UpperClip {
  readonly node: NodeProto;
  readonly scope: Scope;
  readonly max: number;
  /** Of the bound, so that it is broadcast over [N, C, ...] or [..., C]. */
  readonly dims: readonly number[];
  readonly type: WeightType;
}

/** A cross-layer scaling set: a layer, everything that reads its output channels, and what lies between. */
export interface ScalingSet {
  readonly producer: ScaledLayer;
  readonly channels: number;
  readonly readers: readonly Reader[];
  readonly addends: readonly Addend[];
  readonly clips: readonly UpperClip[];
  /** The values that go into the activations on the way, by name. */
  readonly activated: ReadonlyMap<string, Place>;
  /** In words why a constant cannot be moved from the one side to the other; null where it can. */
  readonly fixed: string | null;
}

/** How far a walk has come: see `Passage` for what changes on the way. */
export interface Place {
  /** 'planes': channels on axis 1 of [N, C, ...]. 'columns': on the last axis. */
  readonly layout: 'planes' | 'columns';
  readonly rank: number | null;
  /** Of the producer: how many, and which of the graph's. */
  readonly channels: number;
  readonly made: Int32Array;
  /** Of the value: more than the producer's where others were joined to them or positions flattened into them. */
  readonly total: number;
  /** Channel c of the producer is offset + c * spread and the `spread - 1` after it. */
  readonly offset: number;
  readonly spread: number;
  /** Whether it has come through an activation. */
  readonly active: boolean;
}

/** Graph-wide knowledge that a walk needs. */
export interface Surroundings {
  readonly index: ValueIndex;
  readonly shapes: ShapeIndex;
  readonly channels: ChannelMap;
  readonly layers: ReadonlyMap<string, ScaledLayer | string>;
  /** The layer of each node that reads a weight. */
  readonly layerOf: ReadonlyMap<NodeProto, string>;
}
