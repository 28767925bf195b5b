// LimitNote as bytes inside a journal record and back; docs/formats/journal.md gives the layout.
//
// Thread safety: free functions. Failure: bytes that are no note fail the reader.
#pragma once

#include <string>

#include "data/table/bytes.h"
#include "records/journal/limit_note.h"

namespace mooring::records {

void EncodeNote(const LimitNote& note, std::string& out);
// Into `note`, whose memory is reused. Rows must be below `rows`; else the reader fails.
void DecodeNote(data::ByteReader& in, std::uint64_t rows, LimitNote& note);

}  // namespace mooring::records
