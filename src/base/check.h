// CHECK: facts that only a bug of ours can break. Ends the process with the place and the text.
// Bytes from outside never reach a CHECK: they get an Error (result.h).
#pragma once

#include <string>

namespace mooring {

[[noreturn]] void FailCheck(const char* file, int line, const char* what,
                            const std::string& detail);

}  // namespace mooring

#define CHECK(cond)                                                              \
  do {                                                                           \
    if (!(cond)) [[unlikely]] ::mooring::FailCheck(__FILE__, __LINE__, #cond, ""); \
  } while (false)

#define CHECK_OK_RESULT(result)                                                    \
  do {                                                                             \
    if (!(result).ok()) [[unlikely]]                                               \
      ::mooring::FailCheck(__FILE__, __LINE__, "result.ok()", (result).error().ToString()); \
  } while (false)

#ifdef NDEBUG
#define DCHECK(cond) static_cast<void>(0)
#else
#define DCHECK(cond) CHECK(cond)
#endif
