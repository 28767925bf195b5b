#include "api/mlflow/artifacts/attachment.h"

#include <algorithm>

namespace mooring::api::mlflow {
namespace {

struct Ending {
  std::string_view ending, type;
};

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr Ending kEndings[] = {
    {"txt", kText},
    {"log", kText},
    {"yaml", kText},
    {"yml", kText},
    {"json", kText},
    {"md", kText},
    {"py", kText},
    {"csv", kText},
    {"tsv", kText},
    {"toml", kText},
    {"cfg", kText},
    {"ini", kText},
    {"mlmodel", kText},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"parquet", "application/vnd.apache.parquet"},
};

bool IsToken(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

std::string_view MediaType(std::string_view name) {
  // MLmodel, conda.yaml, … ; a name without a dot is its own ending.
  std::string ending(name.substr(name.rfind('.') + 1));
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto* const found = std::ranges::find(kEndings, ending, &Ending::ending);
  return found == std::end(kEndings) ? "application/octet-stream" : found->type;
}

std::string Disposition(std::string_view name) {
  if (std::ranges::all_of(name, IsToken)) return "attachment; filename=" + std::string(name);
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string plain, encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    plain += byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '%' ? '_' : c;
    if (IsToken(c)) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

Response Attachment(std::string_view name) {
  Response response;
  response.content_type = MediaType(name);
  response.headers.emplace_back("Content-Disposition", Disposition(name));
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace mooring::api::mlflow
