// Any bytes as a contract: refused with the place of every error, or parsed with its text kept.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "records/contract/contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto errors = mooring::records::CheckContract(text);
  const auto contract = mooring::records::ParseContract(text);
  if (contract.ok() != errors.empty()) std::abort();
  if (contract.ok()) {
    if (contract->text != text || contract->model.empty()) std::abort();
    if (contract->hash != mooring::Hex(mooring::Sha256Of(mooring::AsBytes(text)))) std::abort();
  }
  const auto breaks = std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; });
  for (const auto& error : errors) {
    if (error.message.empty()) std::abort();
    const bool has_line = error.line >= 1 && error.line <= static_cast<std::size_t>(breaks) + 1;
    if (!has_line || error.column == 0) std::abort();
  }
  return 0;
}
