#include "records/webhooks/webhook.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

// Pairs of §4 of the protocol.
TEST(WebhookEvents, AreThoseOfTheProtocol) {
  for (const WebhookEvent& known :
       {WebhookEvent{"REGISTERED_MODEL", "CREATED"}, WebhookEvent{"MODEL_VERSION", "CREATED"},
        WebhookEvent{"MODEL_VERSION_TAG", "SET"}, WebhookEvent{"MODEL_VERSION_TAG", "DELETED"},
        WebhookEvent{"MODEL_VERSION_ALIAS", "DELETED"}, WebhookEvent{"PROMPT_TAG", "SET"}}) {
    EXPECT_TRUE(CheckWebhookEvent(known).ok()) << known.entity;
  }
  for (const WebhookEvent& unknown :
       {WebhookEvent{"", ""}, WebhookEvent{"MODEL_VERSION", ""}, WebhookEvent{"RUN", "CREATED"},
        WebhookEvent{"MODEL_VERSION", "SET"}, WebhookEvent{"MODEL_VERSION", "CREATED "}}) {
    EXPECT_FALSE(CheckWebhookEvent(unknown).ok()) << unknown.entity;
  }
}

}  // namespace
}  // namespace mooring::records
