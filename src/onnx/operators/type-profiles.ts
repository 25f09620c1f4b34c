import type { NodeProto } from 'onnx-buf';
import { isOnnx } from '../nodes';

/**
 * Element types of an operator's inputs and outputs, a character each; '*' repeats the last. Equal letters are equal types. A capital
 * letter may be float32 or float16; a small one may not be both. Digits are ONNX data types: 1 float32, 2 uint8, 3 int8, 6 int32,
 * 7 int64, 8 string, 9 bool. '-' is told by no table: sequences, optionals, what bodies take and give.
 */
export interface TypeProfile {
  readonly inputs: string;
  readonly outputs: string;
}

/** Generated from the ONNX operator schemas. "Name@19" is the form from operator set 19 on, before which the plain name's holds. */
const STANDARD: Readonly<Record<string, string>> = {
  'A>A':
    'Abs Acos Acosh Asin Asinh Atan Atanh AveragePool Ceil Cos Cosh DepthToSpace ' +
    'Det Elu Erf Exp Flatten Floor Gelu GlobalAveragePool GlobalLpPool ' +
    'GlobalMaxPool HardSigmoid HardSwish Hardmax Identity LRN LeakyRelu Log ' +
    'LogSoftmax LpNormalization LpPool MeanVarianceNormalization Mish Neg ' +
    'Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus ' +
    'Softsign SpaceToDepth Sqrt Swish Tan Tanh ThresholdedRelu Transpose',
  'A7>A':
    'AffineGrid Expand GatherND ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ' +
    'ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare ' +
    'Reshape ReverseSequence Squeeze Tile Trilu Unsqueeze',
  'AA>A': 'Add Div MatMul MaxRoiPool Mod Mul PRelu Sub',
  'A*>A': 'Concat Einsum Max Mean Min Sum',
  'AAA>A': 'Clip Conv ConvTranspose Gemm GroupNormalization InstanceNormalization',
  'A>7': 'ArgMax ArgMin NonZero Shape Size',
  'A>B': 'Bernoulli Cast RandomNormalLike RandomUniformLike',
  'e>f': 'EyeLike',
  'AA>9': 'Equal Greater GreaterOrEqual Less LessOrEqual',
  'Ay>A': 'CenterCropPad CumSum@14 Gather GatherElements',
  'xx>x': 'BitShift BitwiseAnd BitwiseOr BitwiseXor',
  'x>x': 'BitwiseNot',
  '->-': 'ConcatFromSequence Optional OptionalGetElement',
  '-y>-': 'SequenceAt SequenceErase SplitToSequence',
  '-*>-': 'SequenceConstruct',
  '-*>-*': 'Scan SequenceMap',
  '--y>-': 'SequenceInsert',
  '->7': 'SequenceLength',
  '->9': 'OptionalHasElement',
  '>-': 'SequenceEmpty',
  '9>-*': 'If',
  '79-*>-*': 'Loop',
  '99>9': 'And Or Xor',
  '9>9': 'Not',
  '>A': 'Constant RandomNormal RandomUniform',
  '7>A': 'ConstantOfShape',
  'x>f': 'BlackmanWindow HammingWindow HannWindow',
  'xxxee>f': 'MelWeightMatrix',
  'x>1': 'TfIdfVectorizer',
  'AyA>A': 'NegativeLogLikelihoodLoss Scatter ScatterElements',
  'AyA>AA': 'SoftmaxCrossEntropyLoss',
  'A7A>A': 'ScatterND',
  'A77>A': 'Col2Im MaxUnpool',
  'A9>A': 'Compress',
  'A7Ay>A': 'Pad',
  'A7>A*': 'Split',
  'A7>A7': 'TopK',
  'A>A7': 'MaxPool',
  'A>A777': 'Unique',
  'A>9': 'IsInf@20 IsNaN',
  'e>9': 'IsInf',
  'AA7>A': 'RoiAlign TensorScatter',
  'AAAA6A>AA': 'GRU RNN',
  'AAAA6AAA>AAA': 'LSTM',
  'AAAAA>A': 'DeformConv',
  'AAA7>A': 'RotaryEmbedding',
  'AAA>A11': 'LayerNormalization',
  'AABCAB7>AABA': 'Attention',
  'AB>A': 'GridSample Pow',
  'AB>B': 'CastLike RMSNormalization',
  'ABC>C': 'OneHot',
  'AB9>AA': 'Dropout',
  'AB9>A9': 'Dropout@10',
  'ABBCC>ACCAA': 'BatchNormalization',
  // Scales and regions of resampling stay float32 whatever the data's type.
  'A117>A': 'Resize',
  'A1>A': 'Upsample',
  'Ay7>A': 'DFT',
  'AyAy>A': 'STFT',
  'Ayyyy>A': 'Slice',
  '9AA>A': 'Where',
  'e1y>y': 'QuantizeLinear',
  'ABy>y': 'QuantizeLinear@19',
  'x1x>1': 'DequantizeLinear',
  'xAx>A': 'DequantizeLinear@19',
  'xAx>B': 'DequantizeLinear@23',
  'xyxy>6': 'ConvInteger MatMulInteger',
  'x1xy1y1z6>z': 'QLinearConv',
  'x1xy1y1z>z': 'QLinearMatMul',
  '1>212': 'DynamicQuantizeLinear',
  '1>1': 'Celu',
  '11711>7': 'NonMaxSuppression',
  'e>y': 'Multinomial',
  'eee>e': 'Range',
  'ey>e': 'CumSum',
  '2>2': 'ImageDecoder',
  '88>8': 'StringConcat',
  '8>8': 'StringNormalizer',
  '8>87': 'StringSplit',
  '8>9': 'RegexFullMatch',
};

/** Operators of ONNX Runtime that exporters and optimizers write. */
const MICROSOFT: Readonly<Record<string, string>> = {
  'A>A': 'Gelu Inverse QuickGelu Rfft Irfft',
  'AA>A': 'BiasGelu BiasSoftmax BiasSplitGelu CDist ComplexMul FastGelu FusedMatMul FusedMatMulActivation TransposeMatMul',
  'AA>B': 'GridSample',
  'AAA>A': 'BiasAdd FusedGemm GemmFastGelu NhwcConv Range',
  'AAAA>A': 'FusedConv NhwcFusedConv',
  'A6>A': 'ExpandDims RestorePadding',
  'A7>A': 'Trilu',
  'A7A>A': 'Pad',
  'A>A77': 'Unique',
  'AA66>A': 'CropAndResize',
  'Ay>A': 'GatherND',
  'ABB>A': 'GroupNorm',
  'ABBAA>AA': 'SkipGroupNorm',
  'AAAAA>A11A': 'SkipLayerNormalization',
  'AAAA>A11A': 'SkipSimplifiedLayerNormalization',
  '66AAAAA66>A6A': 'EmbedLayerNormalization',
  'AAA6AAA6>AA': 'Attention',
  'AAAA6AAA66>AAAB': 'MultiHeadAttention',
  'AAABB66AA7AA11AA6>ABBA': 'GroupQueryAttention',
  'A7AA>A': 'RotaryEmbedding',
  'AAAAAA6>A': 'LongformerAttention GatedRelativePositionBias',
  'A77>A': 'RelativePositionBias',
  'A2A>A': 'MatMulBnb4',
  'A2AB6A>A': 'MatMulNBits',
  'xyCx>C': 'GatherBlockQuantized',
  '1x1x1>1': 'DynamicQuantizeMatMul',
  '1xx161111x1x>111': 'DynamicQuantizeLSTM',
  'xyCCxyC>C': 'MatMulIntegerToFloat',
  'xyCCC6xyC>CC': 'QAttention',
  'xBx>B': 'DequantizeLinear',
  'AAy>y': 'QuantizeLinear',
  'x1xx1x1x>x': 'QLinearAdd QLinearMul',
  'x1x1x>x': 'QLinearAveragePool QLinearGlobalAveragePool QLinearLeakyRelu QLinearReduceMean QLinearSigmoid QLinearSoftmax',
  '66xxxxx611111xxxxx>16': 'QEmbedLayerNormalization',
  '71>1': 'NGramRepeatBlock',
  '6111>1': 'WordConvEmbedding',
};

/** Operators of classical learning. */
const LEARNING: Readonly<Record<string, string>> = {
  'A>A': 'Binarizer Imputer TreeEnsemble',
  'A>1': 'LinearRegressor Normalizer OneHotEncoder SVMRegressor Scaler TreeEnsembleRegressor',
  'A>y1': 'LinearClassifier SVMClassifier TreeEnsembleClassifier',
  'A*>1': 'FeatureVectorizer',
  'A7>A': 'ArrayFeatureExtractor',
  'A>B': 'LabelEncoder',
  '1>-': 'ZipMap',
};

const DOMAINS: ReadonlyMap<string, ReadonlyMap<string, readonly { readonly since: number; readonly profile: TypeProfile }[]>> = new Map(
  Object.entries({ '': STANDARD, 'com.microsoft': MICROSOFT, 'ai.onnx.ml': LEARNING }).map(([domain, table]) => [
    domain,
    byOperator(table),
  ]),
);

function byOperator(table: Readonly<Record<string, string>>): Map<string, { since: number; profile: TypeProfile }[]> {
  const operators = new Map<string, { since: number; profile: TypeProfile }[]>();
  for (const [text, names] of Object.entries(table)) {
    const [inputs = '', outputs = ''] = text.split('>');
    for (const [name = '', since = '0'] of names.split(' ').map((entry) => entry.split('@'))) {
      const forms = operators.get(name) ?? [];
      operators.set(
        name,
        [...forms, { since: Number(since), profile: { inputs, outputs } }].toSorted((a, b) => b.since - a.since),
      );
    }
  }
  return operators;
}

/** The profile of a node at the model's standard operator set; undefined for operators that no table holds. */
export function profileOf({ domain, opType }: Pick<NodeProto, 'domain' | 'opType'>, opset: number): TypeProfile | undefined {
  return DOMAINS.get(isOnnx(domain) ? '' : domain)
    ?.get(opType)
    ?.find(({ since }) => since <= opset)?.profile;
}

/** The character for one input or output of a profile; '-' beyond its end. */
export function slotAt(side: string, position: number): string {
  const repeated = side.endsWith('*');
  const last = repeated ? side.length - 2 : side.length - 1;
  if (position > last && !repeated) return '-';
  return side[Math.min(position, last)] ?? '-';
}

/** Whether a slot may be float16 where it is float32. */
export function mayBeHalf(slot: string): boolean {
  return slot >= 'A' && slot <= 'Z';
}
