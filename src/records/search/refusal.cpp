#include "records/search/refusal.h"

namespace mooring::records::search {

Error Refused(std::string message) {
  if (message.size() > kRefusalBytes) {
    std::size_t end = kRefusalBytes;
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
    message.resize(end);
    message += "...";
  }
  return Error(Code::kInvalidArgument, std::move(message));
}

}  // namespace mooring::records::search
