#include "model/xgboost_library.h"

#include <dlfcn.h>

#include <array>
#include <limits>
#include <mutex>

namespace mooring::model {
namespace {

void* OpenAny(const std::string& directory) {
  constexpr std::array kNames = {"libxgboost.so.0", "libxgboost.so"};
  for (const char* name : kNames) {
    if (directory.empty()) break;
    const std::string path = directory + "/" + name;
    if (void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  }
  for (const char* name : kNames) {
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  }
  return nullptr;
}

template <typename Function>
bool Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool FindAll(void* library, XgboostLibrary& table) {
  return Find(library, "XGBGetLastError", table.get_last_error) &&
         Find(library, "XGBoostVersion", table.version) &&
         Find(library, "XGDMatrixCreateFromMat", table.matrix_create_from_mat) &&
         Find(library, "XGDMatrixFree", table.matrix_free) &&
         Find(library, "XGDMatrixSetFloatInfo", table.matrix_set_float) &&
         Find(library, "XGDMatrixSetStrFeatureInfo", table.matrix_set_texts) &&
         Find(library, "XGBoosterCreate", table.booster_create) &&
         Find(library, "XGBoosterFree", table.booster_free) &&
         Find(library, "XGBoosterSetParam", table.booster_set_param) &&
         Find(library, "XGBoosterSetAttr", table.booster_set_attribute) &&
         Find(library, "XGBoosterSetStrFeatureInfo", table.booster_set_texts) &&
         Find(library, "XGBoosterUpdateOneIter", table.booster_update) &&
         Find(library, "XGBoosterPredictFromDMatrix", table.booster_predict) &&
         Find(library, "XGBoosterPredictFromDense", table.booster_predict_dense) &&
         Find(library, "XGBoosterFeatureScore", table.booster_feature_score) &&
         Find(library, "XGBoosterSaveModelToBuffer", table.booster_save) &&
         Find(library, "XGBoosterLoadModelFromBuffer", table.booster_load) &&
         Find(library, "XGProxyDMatrixCreate", table.proxy_create);
}

}  // namespace

Result<const XgboostLibrary*> XgboostLibrary::Open(const std::string& directory) {
  static std::mutex mutex;
  static XgboostLibrary table;
  static bool found = false;
  const std::lock_guard lock(mutex);
  if (found) return &table;
  void* library = OpenAny(directory);
  if (library == nullptr) {
    return Error(Code::kFailedPrecondition, "libxgboost is not installed")
        .Help("install libxgboost-dev; it is needed for training, and to serve the few models that "
              "only it can run");
  }
  found = FindAll(library, table);
  if (!found) {
    return Error(Code::kFailedPrecondition, "libxgboost lacks functions of its C interface")
        .Help("XGBoost 1.7 or newer is needed");
  }
  return &table;
}

Status XgboostLibrary::Check(int status, const char* what) const {
  if (status == 0) return Ok();
  const std::string_view message = get_last_error();
  return Error(Code::kInvalidArgument, std::string("libxgboost: ") + what)
      .Why(std::string(message.substr(0, message.find('\n')).substr(0, 400)));
}

Result<XgboostHandle> MakeMatrix(const XgboostLibrary& library, const float* values,
                                 std::size_t rows, std::size_t columns) {
  XgboostLibrary::Handle handle = nullptr;
  RETURN_IF_ERROR(library.Check(
      library.matrix_create_from_mat(values, rows, columns,
                                     std::numeric_limits<float>::quiet_NaN(), &handle),
      "cannot make a matrix"));
  return XgboostHandle(handle, library.matrix_free);
}

Result<XgboostHandle> MakeBooster(const XgboostLibrary& library, XgboostLibrary::Handle matrix) {
  XgboostLibrary::Handle handle = nullptr;
  const int status = matrix == nullptr ? library.booster_create(nullptr, 0, &handle)
                                       : library.booster_create(&matrix, 1, &handle);
  RETURN_IF_ERROR(library.Check(status, "cannot make a booster"));
  return XgboostHandle(handle, library.booster_free);
}

}  // namespace mooring::model
