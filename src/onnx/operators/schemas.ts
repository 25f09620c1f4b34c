/**
 * Standard operators of sets 7 to 25, from the ONNX schemas: least and most inputs, least and most outputs (nothing: no limit), attributes
 * with their types ("i" integer, "f" float, "s" string, "t" tensor, "g" graph, "x" sparse tensor, "p" type; capitals: lists; "!": always
 * required). Where sets differ, what any of them admits.
 */
const TABLE = `
Abs 1-1 1-1
Acos 1-1 1-1
Acosh 1-1 1-1
Add 2-2 1-1
AffineGrid 2-2 1-1 align_corners:i
And 2-2 1-1
ArgMax 1-1 1-1 axis:i keepdims:i select_last_index:i
ArgMin 1-1 1-1 axis:i keepdims:i select_last_index:i
Asin 1-1 1-1
Asinh 1-1 1-1
Atan 1-1 1-1
Atanh 1-1 1-1
Attention 3-7 1-4 is_causal:i kv_num_heads:i left_window_size:i q_num_heads:i qk_matmul_output_mode:i right_window_size:i scale:f
  softcap:f softmax_precision:i
AveragePool 1-1 1-1 auto_pad:s ceil_mode:i count_include_pad:i dilations:I kernel_shape:I! pads:I strides:I
BatchNormalization 5-5 1-5 epsilon:f momentum:f spatial:i training_mode:i
Bernoulli 1-1 1-1 dtype:i seed:f
BitShift 2-2 1-1 direction:s!
BitwiseAnd 2-2 1-1
BitwiseNot 1-1 1-1
BitwiseOr 2-2 1-1
BitwiseXor 2-2 1-1
BlackmanWindow 1-1 1-1 output_datatype:i periodic:i
Cast 1-1 1-1 round_mode:s saturate:i to:i!
CastLike 2-2 1-1 round_mode:s saturate:i
Ceil 1-1 1-1
Celu 1-1 1-1 alpha:f
CenterCropPad 2-2 1-1 axes:I
Clip 1-3 1-1 max:f min:f
Col2Im 3-3 1-1 dilations:I pads:I strides:I
Compress 2-2 1-1 axis:i
Concat 1- 1-1 axis:i!
ConcatFromSequence 1-1 1-1 axis:i! new_axis:i
Constant 0-0 1-1 sparse_value:x value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S
ConstantOfShape 1-1 1-1 value:t
Conv 2-3 1-1 auto_pad:s dilations:I group:i kernel_shape:I pads:I strides:I
ConvInteger 2-4 1-1 auto_pad:s dilations:I group:i kernel_shape:I pads:I strides:I
ConvTranspose 2-3 1-1 auto_pad:s dilations:I group:i kernel_shape:I output_padding:I output_shape:I pads:I strides:I
Cos 1-1 1-1
Cosh 1-1 1-1
CumSum 2-2 1-1 exclusive:i reverse:i
DFT 1-3 1-1 axis:i inverse:i onesided:i
DeformConv 3-5 1-1 dilations:I group:i kernel_shape:I offset_group:i pads:I strides:I
DepthToSpace 1-1 1-1 blocksize:i! mode:s
DequantizeLinear 2-3 1-1 axis:i block_size:i output_dtype:i
Det 1-1 1-1
Div 2-2 1-1
Dropout 1-3 1-2 ratio:f seed:i
DynamicQuantizeLinear 1-1 3-3
Einsum 1- 1-1 equation:s!
Elu 1-1 1-1 alpha:f
Equal 2-2 1-1
Erf 1-1 1-1
Exp 1-1 1-1
Expand 2-2 1-1
EyeLike 1-1 1-1 dtype:i k:i
Flatten 1-1 1-1 axis:i
Floor 1-1 1-1
GRU 3-6 0-2 activation_alpha:F activation_beta:F activations:S clip:f direction:s hidden_size:i layout:i linear_before_reset:i
Gather 2-2 1-1 axis:i
GatherElements 2-2 1-1 axis:i
GatherND 2-2 1-1 batch_dims:i
Gelu 1-1 1-1 approximate:s
Gemm 2-3 1-1 alpha:f beta:f transA:i transB:i
GlobalAveragePool 1-1 1-1
GlobalLpPool 1-1 1-1 p:i
GlobalMaxPool 1-1 1-1
Greater 2-2 1-1
GreaterOrEqual 2-2 1-1
GridSample 2-2 1-1 align_corners:i mode:s padding_mode:s
GroupNormalization 3-3 1-1 epsilon:f num_groups:i! stash_type:i
HammingWindow 1-1 1-1 output_datatype:i periodic:i
HannWindow 1-1 1-1 output_datatype:i periodic:i
HardSigmoid 1-1 1-1 alpha:f beta:f
HardSwish 1-1 1-1
Hardmax 1-1 1-1 axis:i
Identity 1-1 1-1
If 1-1 1- else_branch:g! then_branch:g!
ImageDecoder 1-1 1-1 pixel_format:s
InstanceNormalization 3-3 1-1 epsilon:f
IsInf 1-1 1-1 detect_negative:i detect_positive:i
IsNaN 1-1 1-1
LRN 1-1 1-1 alpha:f beta:f bias:f size:i!
LSTM 3-8 0-3 activation_alpha:F activation_beta:F activations:S clip:f direction:s hidden_size:i input_forget:i layout:i
LayerNormalization 2-3 1-3 axis:i epsilon:f stash_type:i
LeakyRelu 1-1 1-1 alpha:f
Less 2-2 1-1
LessOrEqual 2-2 1-1
Log 1-1 1-1
LogSoftmax 1-1 1-1 axis:i
Loop 2- 1- body:g!
LpNormalization 1-1 1-1 axis:i p:i
LpPool 1-1 1-1 auto_pad:s ceil_mode:i dilations:I kernel_shape:I! p:i pads:I strides:I
MatMul 2-2 1-1
MatMulInteger 2-4 1-1
Max 1- 1-1
MaxPool 1-1 1-2 auto_pad:s ceil_mode:i dilations:I kernel_shape:I! pads:I storage_order:i strides:I
MaxRoiPool 2-2 1-1 pooled_shape:I! spatial_scale:f
MaxUnpool 2-3 1-1 kernel_shape:I! pads:I strides:I
Mean 1- 1-1
MeanVarianceNormalization 1-1 1-1 axes:I
MelWeightMatrix 5-5 1-1 output_datatype:i
Min 1- 1-1
Mish 1-1 1-1
Mod 2-2 1-1 fmod:i
Mul 2-2 1-1
Multinomial 1-1 1-1 dtype:i sample_size:i seed:f
Neg 1-1 1-1
NegativeLogLikelihoodLoss 2-3 1-1 ignore_index:i reduction:s
NonMaxSuppression 2-5 1-1 center_point_box:i
NonZero 1-1 1-1
Not 1-1 1-1
OneHot 3-3 1-1 axis:i
Optional 0-1 1-1 type:p
OptionalGetElement 1-1 1-1
OptionalHasElement 0-1 1-1
Or 2-2 1-1
PRelu 2-2 1-1
Pad 1-4 1-1 mode:s pads:I value:f
Pow 2-2 1-1
QLinearConv 8-9 1-1 auto_pad:s dilations:I group:i kernel_shape:I pads:I strides:I
QLinearMatMul 8-8 1-1
QuantizeLinear 2-3 1-1 axis:i block_size:i output_dtype:i precision:i saturate:i
RMSNormalization 2-2 1-1 axis:i epsilon:f stash_type:i
RNN 3-6 0-2 activation_alpha:F activation_beta:F activations:S clip:f direction:s hidden_size:i layout:i
RandomNormal 0-0 1-1 dtype:i mean:f scale:f seed:f shape:I!
RandomNormalLike 1-1 1-1 dtype:i mean:f scale:f seed:f
RandomUniform 0-0 1-1 dtype:i high:f low:f seed:f shape:I!
RandomUniformLike 1-1 1-1 dtype:i high:f low:f seed:f
Range 3-3 1-1
Reciprocal 1-1 1-1
ReduceL1 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceL2 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceLogSum 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceLogSumExp 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceMax 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceMean 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceMin 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceProd 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceSum 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
ReduceSumSquare 1-2 1-1 axes:I keepdims:i noop_with_empty_axes:i
RegexFullMatch 1-1 1-1 pattern:s
Relu 1-1 1-1
Reshape 2-2 1-1 allowzero:i
Resize 1-4 1-1 antialias:i axes:I coordinate_transformation_mode:s cubic_coeff_a:f exclude_outside:i extrapolation_value:f
  keep_aspect_ratio_policy:s mode:s nearest_mode:s
ReverseSequence 2-2 1-1 batch_axis:i time_axis:i
RoiAlign 3-3 1-1 coordinate_transformation_mode:s mode:s output_height:i output_width:i sampling_ratio:i spatial_scale:f
RotaryEmbedding 3-4 1-1 interleaved:i num_heads:i rotary_embedding_dim:i
Round 1-1 1-1
STFT 2-4 1-1 onesided:i
Scan 1- 1- body:g! directions:I num_scan_inputs:i! scan_input_axes:I scan_input_directions:I scan_output_axes:I scan_output_directions:I
Scatter 3-3 1-1 axis:i
ScatterElements 3-3 1-1 axis:i reduction:s
ScatterND 3-3 1-1 reduction:s
Selu 1-1 1-1 alpha:f gamma:f
SequenceAt 2-2 1-1
SequenceConstruct 1- 1-1
SequenceEmpty 0-0 1-1 dtype:i
SequenceErase 1-2 1-1
SequenceInsert 2-3 1-1
SequenceLength 1-1 1-1
SequenceMap 1- 1- body:g!
Shape 1-1 1-1 end:i start:i
Shrink 1-1 1-1 bias:f lambd:f
Sigmoid 1-1 1-1
Sign 1-1 1-1
Sin 1-1 1-1
Sinh 1-1 1-1
Size 1-1 1-1
Slice 1-5 1-1 axes:I ends:I starts:I
Softmax 1-1 1-1 axis:i
SoftmaxCrossEntropyLoss 2-3 1-2 ignore_index:i reduction:s
Softplus 1-1 1-1
Softsign 1-1 1-1
SpaceToDepth 1-1 1-1 blocksize:i!
Split 1-2 1- axis:i num_outputs:i split:I
SplitToSequence 1-2 1-1 axis:i keepdims:i
Sqrt 1-1 1-1
Squeeze 1-2 1-1 axes:I
StringConcat 2-2 1-1
StringNormalizer 1-1 1-1 case_change_action:s is_case_sensitive:i locale:s stopwords:S
StringSplit 1-1 2-2 delimiter:s maxsplit:i
Sub 2-2 1-1
Sum 1- 1-1
Swish 1-1 1-1 alpha:f
Tan 1-1 1-1
Tanh 1-1 1-1
TensorScatter 2-3 1-1 axis:i mode:s
TfIdfVectorizer 1-1 1-1 max_gram_length:i! max_skip_count:i! min_gram_length:i! mode:s! ngram_counts:I! ngram_indexes:I! pool_int64s:I
  pool_strings:S weights:F
ThresholdedRelu 1-1 1-1 alpha:f
Tile 2-2 1-1
TopK 1-2 2-2 axis:i k:i largest:i sorted:i
Transpose 1-1 1-1 perm:I
Trilu 1-2 1-1 upper:i
Unique 1-1 1-4 axis:i sorted:i
Unsqueeze 1-2 1-1 axes:I
Upsample 1-2 1-1 mode:s scales:F
Where 3-3 1-1
Xor 2-2 1-1
`;

/** How many inputs and outputs an operator takes, trailing empty names not counted, and its attributes. */
export interface Schema {
  readonly inputs: readonly [least: number, most: number];
  readonly outputs: readonly [least: number, most: number];
  /** Letter of the type and whether a node must have it, by attribute. */
  readonly attributes: ReadonlyMap<string, { readonly type: string; readonly required: boolean }>;
}

const SCHEMAS = new Map<string, Schema>();

/** What the standard says of an operator; undefined for names that it does not know. */
export function schemaOf(opType: string): Schema | undefined {
  if (SCHEMAS.size === 0) for (const line of TABLE.trim().replaceAll('\n  ', ' ').split('\n')) read(line);
  return SCHEMAS.get(opType);
}

function read(line: string): void {
  const [name = '', inputs = '', outputs = '', ...attributes] = line.split(' ');
  const entries = attributes.map((text) => {
    const [key = '', type = ''] = text.split(':');
    return [key, { type: type.charAt(0), required: type.endsWith('!') }] as const;
  });
  SCHEMAS.set(name, { inputs: range(inputs), outputs: range(outputs), attributes: new Map(entries) });
}

function range(text: string): [number, number] {
  const [least = '', most = ''] = text.split('-');
  return [Number(least), most === '' ? Infinity : Number(most)];
}
