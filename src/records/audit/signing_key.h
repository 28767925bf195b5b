// The key that signs the control log's tree heads: made once for an installation, in the log's own
// directory, readable by its owner alone (signing.key, PKCS #8 PEM); its public half stands beside
// it (signing.pub) for those who verify, and should also be kept elsewhere.
//
// Thread safety: one caller at a time (the log's lock). Failure: kFailedPrecondition when others
// may read the key, it is damaged, or it is gone while its public half is still there.
#pragma once

#include <string>

#include "base/crypto/ed25519.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::records {

std::string SigningKeyPath(const std::string& directory);
std::string PublicKeyPath(const std::string& directory);

// Made when the directory has none.
Result<SigningKey> OpenSigningKey(FileSystem& files, const std::string& directory);

}  // namespace mooring::records
