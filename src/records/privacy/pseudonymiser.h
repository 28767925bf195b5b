// KeyedPseudonymiser: replaces identifiers by HMAC-SHA-256 under a key in a file of its own, so
// that what the journal and the lake keep tells nobody without the key whose decision it was.
//
// The key file must lie outside the data directory (whoever copies the data must not copy the key
// with it) and be readable by its owner alone. Losing it loses the link to people for good; that is
// how erasure works.
//
// Thread safety: any thread. Failure: kFailedPrecondition for a key in the wrong place, open to
// others, or damaged; kNotFound when there is none. Errors never hold an identifier or the key.
// Cost: about 1 µs a value.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result.h"
#include "records/journal/journal.h"

namespace mooring::records {

struct PseudonymKeyPlace {
  std::string key_file;
  std::string data_directory;
};

class KeyedPseudonymiser final : public Pseudonymiser {
 public:
  static Result<std::unique_ptr<KeyedPseudonymiser>> Open(FileSystem& files,
                                                          const PseudonymKeyPlace& place);
  std::string Pseudonym(std::string_view column, std::string_view value) const override;

 private:
  explicit KeyedPseudonymiser(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

// Makes a new random key, readable by the owner alone. kAlreadyExists when the file is there: a key
// is never replaced, because that would cut all earlier pseudonyms loose.
Status CreatePseudonymKey(FileSystem& files, const PseudonymKeyPlace& place);

}  // namespace mooring::records
