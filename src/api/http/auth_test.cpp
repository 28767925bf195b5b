#include "api/http/auth.h"

#include "api/http/request_parser.h"

namespace mooring::api {
namespace {

TEST(Auth, BindsBeyondLoopbackOnlyWhenAllowed) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    EXPECT_TRUE(CheckBinding(host, false).ok()) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.org", "", "1127.0.0.1"}) {
    EXPECT_FALSE(CheckBinding(host, false).ok()) << host;
    EXPECT_TRUE(CheckBinding(host, true).ok()) << host;
  }
}

TEST(Auth, CallersHaveNoNameYetAndTokensAreNotSilentlyIgnored) {
  Message message;
  message.request.native = &message;
  EXPECT_EQ(*CallerOf(message.request), "");
  message.fields.push_back({"authorization", "Bearer x"});
  EXPECT_EQ(CallerOf(message.request).error().code(), Code::kUnauthenticated);
}

}  // namespace
}  // namespace mooring::api
