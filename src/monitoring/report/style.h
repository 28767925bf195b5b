// The report page's style sheet and script, as they stand in the file. Colours are a pair that
// people with any colour vision tell apart (blue and orange of Okabe and Ito) and follow the
// reader's light or dark setting; every colour has a mark or a word beside it. The script only
// sorts and filters tables: the page says the same without it.
// Thread safety: constants.
#pragma once

#include <string_view>

namespace mooring::monitoring {

extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;

}  // namespace mooring::monitoring
