/**
 * What the page and the worker say to each other: types, the list of jobs, and the table of what runs models. Every number that was not
 * measured is null. One import for the page, which may name the engine's types but not the rooms behind it.
 */
import type { ArtifactUsage } from '../../artifacts/types';
import type { HistogramBins } from '../../compute/operations/histogram';
import type { MatmulTiming } from '../../compute/operations/time-matmul';
import type { ComputeInfo } from '../../compute/types';
import type { DataLimits } from '../../data/limits';
import type { Picture } from '../../data/picture';
import type { Card, ImageCard, NamedBlob, TensorCard } from '../../data/types';
import type { Layer, ModelSummary, Skipped, StoredForm } from '../../onnx/types';
import type { LayerState, Recipe } from '../../recipe/types';
import type { BackendCheck, Provider, PlacedNode, PlacedOperator, Placement } from '../../runtime/types';

export type {
  ArtifactUsage,
  BackendCheck,
  Card,
  ComputeInfo,
  DataLimits,
  Provider,
  HistogramBins,
  ImageCard,
  Layer,
  LayerState,
  MatmulTiming,
  ModelSummary,
  NamedBlob,
  Picture,
  PlacedNode,
  PlacedOperator,
  Placement,
  Recipe,
  Skipped,
  StoredForm,
  TensorCard,
};
export { ALL_PROVIDERS, PROVIDERS, providerFor } from '../../runtime/providers';
export type * from './accuracy';
export type * from './api';
export type * from './best';
export type * from './compare';
export type * from './data';
export type * from './jobs';
export type * from './model';
export type * from './proof';
export type * from './sensitivity';
export type * from './speed';
