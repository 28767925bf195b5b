#include "model/formats/onnx_runtime.h"

#include <dlfcn.h>

#include <mutex>

namespace mooring::model {
namespace {

struct OrtApiBase {
  const void* const* (*get_api)(std::uint32_t version);
  const char* (*get_version)();
};

// Places in the table; their order never changes, new functions come at the end.
enum Slot : std::size_t {
  kGetErrorMessage = 2, kCreateEnv = 3, kDisableTelemetry = 6, kCreateSessionFromArray = 8,
      kRun = 9,
  kCreateSessionOptions = 10, kSetIntraOpThreads = 24, kSetInterOpThreads = 25,
  kInputCount = 30, kOutputCount = 31, kInputTypeInfo = 33, kOutputTypeInfo = 34,
  kInputName = 36, kOutputName = 37, kCreateTensorWithData = 49, kIsTensor = 50, kTensorData = 51,
  kCastToTensorInfo = 55, kElementType = 60, kDimensionsCount = 61, kDimensions = 62,
  kElementCount = 64, kTensorTypeAndShape = 65, kCreateCpuMemoryInfo = 69, kAllocatorFree = 76,
  kDefaultAllocator = 78, kReleaseStatus = 93, kReleaseSession = 95, kReleaseValue = 96,
  kReleaseTypeInfo = 98, kReleaseTensorInfo = 99, kReleaseSessionOptions = 100,
  kAddConfigEntry = 130,
};

using Opaque = void*;  // any of ONNX Runtime's objects

class Runtime {
 public:
  static Result<const Runtime*> Open(const std::string& directory);

  // Calls the function in a slot that returns a status; null is success.
  template <typename... Arguments>
  Status Call(Slot slot, Arguments... arguments) const {
    using Function = Opaque (*)(Arguments...);
    return Check(reinterpret_cast<Function>(const_cast<Opaque>(table_[slot]))(arguments...));
  }
  void Release(Slot slot, Opaque object) const {
    using Function = void (*)(Opaque);
    if (object != nullptr) reinterpret_cast<Function>(const_cast<Opaque>(table_[slot]))(object);
  }
  Opaque env() const { return env_; }
  Opaque memory() const { return memory_; }

 private:
  Status Check(Opaque status) const {
    if (status == nullptr) return Ok();
    using Function = const char* (*)(Opaque);
    const std::string message =
        reinterpret_cast<Function>(const_cast<Opaque>(table_[kGetErrorMessage]))(status);
    Release(kReleaseStatus, status);
    return Error(Code::kInvalidArgument, "ONNX Runtime refuses it").Why(message.substr(0, 400));
  }
  Status Start(void* library);

  const void* const* table_ = nullptr;
  Opaque env_ = nullptr;
  Opaque memory_ = nullptr;
};

Status Runtime::Start(void* library) {
  using GetBase = const OrtApiBase* (*)();
  const auto base = reinterpret_cast<GetBase>(::dlsym(library, "OrtGetApiBase"));
  constexpr std::uint32_t kApiVersion = 16;
  table_ = base == nullptr ? nullptr : base()->get_api(kApiVersion);
  if (table_ == nullptr) {
    return Error(Code::kFailedPrecondition, "the ONNX Runtime found is too old")
        .Help("version 1.16 or newer is needed; `./dev deps` fetches one");
  }
  constexpr int kErrorsOnly = 3, kArenaAllocator = 1, kDefaultMemory = 0;
  RETURN_IF_ERROR(Call(kCreateEnv, kErrorsOnly, "mooring", &env_));
  RETURN_IF_ERROR(Call(kDisableTelemetry, static_cast<const void*>(env_)));
  return Call(kCreateCpuMemoryInfo, kArenaAllocator, kDefaultMemory, &memory_);
}

Result<const Runtime*> Runtime::Open(const std::string& directory) {
  static std::mutex mutex;
  static Runtime runtime;
  static bool started = false;
  const std::lock_guard lock(mutex);
  if (started) return &runtime;
  void* library = nullptr;
  if (!directory.empty()) {
    library = ::dlopen((directory + "/libonnxruntime.so.1").c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (library == nullptr) library = ::dlopen("libonnxruntime.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return Error(Code::kFailedPrecondition, "ONNX Runtime (libonnxruntime.so.1) was not found")
        .Help("`./dev deps` fetches it, or name the directory that holds it");
  }
  RETURN_IF_ERROR(runtime.Start(library));
  started = true;
  return &runtime;
}

// Owns one of ONNX Runtime's objects.
class Object {
 public:
  Object(const Runtime& runtime, Slot release) : runtime_(&runtime), release_(release) {}
  Object(Object&& other) noexcept
      : runtime_(other.runtime_), release_(other.release_),
          object_(std::exchange(other.object_, nullptr)) {}
  Object& operator=(Object&&) = delete;
  ~Object() { runtime_->Release(release_, object_); }
  Opaque* out() { return &object_; }
  Opaque get() const { return object_; }

 private:
  const Runtime* runtime_;
  Slot release_;
  Opaque object_ = nullptr;
};

class Session final : public OnnxSession {
 public:
  explicit Session(const Runtime& runtime) : runtime_(runtime),
      session_(runtime, kReleaseSession) {}

  Status Start(ByteSpan model) {
    Object options(runtime_, kReleaseSessionOptions);
    RETURN_IF_ERROR(runtime_.Call(kCreateSessionOptions, options.out()));
    RETURN_IF_ERROR(runtime_.Call(kSetIntraOpThreads, options.get(), 1));
    RETURN_IF_ERROR(runtime_.Call(kSetInterOpThreads, options.get(), 1));
    RETURN_IF_ERROR(runtime_.Call(kAddConfigEntry, options.get(),
        "session.intra_op.allow_spinning", "0"));
    RETURN_IF_ERROR(runtime_.Call(kCreateSessionFromArray, runtime_.env(),
                                  static_cast<const void*>(model.data()), model.size(),
                                      options.get(),
                                  session_.out()));
    RETURN_IF_ERROR(Describe(kInputCount, kInputName, kInputTypeInfo, inputs_));
    RETURN_IF_ERROR(Describe(kOutputCount, kOutputName, kOutputTypeInfo, outputs_));
    for (const OnnxTensor& input : inputs_) input_names_.push_back(input.name.c_str());
    for (const OnnxTensor& output : outputs_) output_names_.push_back(output.name.c_str());
    return Ok();
  }

  const std::vector<OnnxTensor>& inputs() const override { return inputs_; }
  const std::vector<OnnxTensor>& outputs() const override { return outputs_; }

  Status Run(const std::vector<OnnxValue>& inputs, Receiver& receiver) const override {
    std::vector<Object> values;
    std::vector<Opaque> given, got(outputs_.size(), nullptr);
    for (const OnnxValue& input : inputs) {
      Object& value = values.emplace_back(runtime_, kReleaseValue);
      RETURN_IF_ERROR(runtime_.Call(kCreateTensorWithData, runtime_.memory(), input.data,
          input.bytes,
                                    input.shape.data(), input.shape.size(),
                                    static_cast<std::int32_t>(input.type), value.out()));
      given.push_back(value.get());
    }
    const Status ran =
        runtime_.Call(kRun, session_.get(), Opaque{nullptr}, input_names_.data(), given.data(),
                      given.size(), output_names_.data(), output_names_.size(), got.data());
    std::vector<Object> owned;
    for (const Opaque value : got) *owned.emplace_back(runtime_, kReleaseValue).out() = value;
    RETURN_IF_ERROR(ran);
    for (std::size_t i = 0; i < got.size(); ++i) RETURN_IF_ERROR(Hand(i, got[i], receiver));
    return Ok();
  }

 private:
  Status Hand(std::size_t output, Opaque value, Receiver& receiver) const {
    Object shape(runtime_, kReleaseTensorInfo);
    RETURN_IF_ERROR(runtime_.Call(kTensorTypeAndShape, value, shape.out()));
    std::size_t elements = 0;
    std::int32_t type = 0;
    void* data = nullptr;
    RETURN_IF_ERROR(runtime_.Call(kElementCount, shape.get(), &elements));
    RETURN_IF_ERROR(runtime_.Call(kElementType, shape.get(), &type));
    if (static_cast<OnnxType>(type) != outputs_[output].type) {
      return Error(Code::kInvalidArgument, "output '" + outputs_[output].name +
          "' changed its type");
    }
    RETURN_IF_ERROR(runtime_.Call(kTensorData, value, &data));
    return receiver.Take(output, data, elements);
  }

  Status Describe(Slot count_slot, Slot name_slot, Slot type_slot,
      std::vector<OnnxTensor>& tensors) {
    std::size_t count = 0;
    RETURN_IF_ERROR(runtime_.Call(count_slot, session_.get(), &count));
    Opaque allocator = nullptr;
    RETURN_IF_ERROR(runtime_.Call(kDefaultAllocator, &allocator));
    for (std::size_t i = 0; i < count; ++i) {
      OnnxTensor tensor;
      char* name = nullptr;
      RETURN_IF_ERROR(runtime_.Call(name_slot, session_.get(), i, allocator, &name));
      tensor.name = name;
      RETURN_IF_ERROR(runtime_.Call(kAllocatorFree, allocator, static_cast<void*>(name)));
      Object type(runtime_, kReleaseTypeInfo);
      RETURN_IF_ERROR(runtime_.Call(type_slot, session_.get(), i, type.out()));
      RETURN_IF_ERROR(DescribeShape(type.get(), tensor));
      tensors.push_back(std::move(tensor));
    }
    return Ok();
  }

  Status DescribeShape(Opaque type, OnnxTensor& tensor) {
    Opaque info = nullptr;  // a view into the type
    RETURN_IF_ERROR(runtime_.Call(kCastToTensorInfo, type, &info));
    if (info == nullptr) {
      return Error(Code::kUnsupported, "'" + tensor.name.substr(0, 64) + "' is no tensor")
          .Help("export the model so that all inputs and outputs are tensors");
    }
    std::int32_t element = 0;
    std::size_t dimensions = 0;
    RETURN_IF_ERROR(runtime_.Call(kElementType, info, &element));
    RETURN_IF_ERROR(runtime_.Call(kDimensionsCount, info, &dimensions));
    tensor.type = static_cast<OnnxType>(element);
    if (SizeOf(tensor.type) == 0) {
      return Error(Code::kUnsupported, "'" + tensor.name.substr(0, 64) + "' is a tensor of type " +
                                           std::to_string(element))
          .Why("taken are float, double, int32, int64 and bool")
          .Help("encode texts before the model");
    }
    tensor.shape.resize(dimensions);
    return runtime_.Call(kDimensions, info, tensor.shape.data(), dimensions);
  }

  const Runtime& runtime_;
  Object session_;
  std::vector<OnnxTensor> inputs_, outputs_;
  std::vector<const char*> input_names_, output_names_;
};

}  // namespace

std::size_t SizeOf(OnnxType type) {
  switch (type) {
    case OnnxType::kFloat:
    case OnnxType::kInt32: return 4;
    case OnnxType::kInt64:
    case OnnxType::kDouble: return 8;
    case OnnxType::kBool: return 1;
  }
  return 0;
}

Status LoadOnnxRuntime(const std::string& directory) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Runtime* runtime, Runtime::Open(directory));
  return Ok();
}

Result<std::unique_ptr<OnnxSession>> OnnxSession::Make(ByteSpan model,
    const std::string& directory) {
  ASSIGN_OR_RETURN(const Runtime* runtime, Runtime::Open(directory));
  auto session = std::make_unique<Session>(*runtime);
  RETURN_IF_ERROR(session->Start(model));
  return std::unique_ptr<OnnxSession>(std::move(session));
}

}  // namespace mooring::model
