// Names what an artifact is that no format takes, and says what to do instead: pickles, joblib
// files, archives, HDF5, PMML and their like. Never opens any of them.
#pragma once

#include "model/artifact.h"

namespace mooring::model {

// An Error for an artifact that nobody recognised; kUnsupported, or kInvalidArgument for an empty
// one.
Error NameForeignFile(const Artifact& artifact);
// The same for one file's bytes; `name` is only for the message.
Error NameForeignBytes(std::string_view name, ByteSpan bytes);

}  // namespace mooring::model
