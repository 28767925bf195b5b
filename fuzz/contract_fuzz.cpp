// Any bytes as a contract: refused with the place of every error, or parsed with its text kept.
#include <cstdint>
#include <cstdlib>

#include "records/contract/contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto errors = mooring::records::CheckContract(text);
  const auto contract = mooring::records::ParseContract(text);
  if (contract.ok() != errors.empty()) std::abort();
  if (contract.ok() && (contract->text != text || contract->model.empty())) std::abort();
  for (const auto& error : errors) {
    if (error.message.empty()) std::abort();
  }
  return 0;
}
