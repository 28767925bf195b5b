// XgboostLibrary: libxgboost's C interface, loaded at run time: for training, for tests that
// compare our evaluator with it, and for the few models that only it can run.
//
// Thread safety: the table is immutable; a handle belongs to one thread at a time.
// Failure: kFailedPrecondition when the library is not installed or lacks a function; what the
// library itself reports becomes kInvalidArgument with its first line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace mooring::model {

class XgboostLibrary {
 public:
  // Looks into `directory` first when it is not empty, then where the system keeps its libraries.
  // The library stays loaded until the process ends: it does not survive being unloaded.
  static Result<const XgboostLibrary*> Open(const std::string& directory);

  using Handle = void*;
  using Length = std::uint64_t;

  // The functions by their names in xgboost/c_api.h without the prefix; 0 means success.
  const char* (*get_last_error)() = nullptr;
  void (*version)(int*, int*, int*) = nullptr;
  int (*matrix_create_from_mat)(const float*, Length, Length, float, Handle*) = nullptr;
  int (*matrix_free)(Handle) = nullptr;
  int (*matrix_set_float)(Handle, const char*, const float*, Length) = nullptr;
  int (*matrix_set_texts)(Handle, const char*, const char**, Length) = nullptr;
  int (*booster_create)(const Handle*, Length, Handle*) = nullptr;
  int (*booster_free)(Handle) = nullptr;
  int (*booster_set_param)(Handle, const char*, const char*) = nullptr;
  int (*booster_set_attribute)(Handle, const char*, const char*) = nullptr;
  int (*booster_set_texts)(Handle, const char*, const char**, Length) = nullptr;
  int (*booster_update)(Handle, int, Handle) = nullptr;
  int (*booster_predict)(Handle, Handle, const char*, const Length**, Length*,
      const float**) = nullptr;
  int (*booster_predict_dense)(Handle, const char*, const char*, Handle, const Length**, Length*,
                               const float**) = nullptr;
  int (*booster_feature_score)(Handle, const char*, Length*, const char***, Length*,
                               const Length**, const float**) = nullptr;
  int (*booster_save)(Handle, const char*, Length*, const char**) = nullptr;
  int (*booster_load)(Handle, const void*, Length) = nullptr;
  int (*proxy_create)(Handle*) = nullptr;

  // Turns a return value into a Status.
  Status Check(int status, const char* what) const;
};

// A handle that frees itself.
class XgboostHandle {
 public:
  XgboostHandle(XgboostLibrary::Handle handle, int (*free)(XgboostLibrary::Handle))
      : handle_(handle, Free{free}) {}
  XgboostLibrary::Handle get() const { return handle_.get(); }

 private:
  struct Free {
    int (*free)(XgboostLibrary::Handle);
    void operator()(XgboostLibrary::Handle handle) const { static_cast<void>(free(handle)); }
  };
  std::unique_ptr<void, Free> handle_;
};

// A matrix of rows × columns floats, NaN for missing.
Result<XgboostHandle> MakeMatrix(const XgboostLibrary& library, const float* values,
                                 std::size_t rows, std::size_t columns);
// A booster, trained or to be trained on `matrix` (null for one that is loaded).
Result<XgboostHandle> MakeBooster(const XgboostLibrary& library, XgboostLibrary::Handle matrix);

}  // namespace mooring::model
