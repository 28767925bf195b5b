// Attachment: the head of a download: media type by the file's name, a file name that no browser
// takes for anything else, and nosniff, so that what somebody logged is saved and never run.
//
// Pure; thread safe.
#pragma once

#include <string>
#include <string_view>

#include "api/http/server.h"

namespace mooring::api::mlflow {

// A literal; "application/octet-stream" when the ending says nothing. Never a type that a browser
// would run.
std::string_view MediaType(std::string_view name);

// Content-Disposition of a file of that name, which may be any text.
std::string Disposition(std::string_view name);

Response Attachment(std::string_view name);

}  // namespace mooring::api::mlflow
