#include "records/contract/known_zone.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

TEST(IsKnownZone, KnowsTheDatabasesNamesAlone) {
  for (const char* known : {"UTC", "Europe/Moscow", "America/New_York", "Etc/GMT+5"}) {
    EXPECT_TRUE(IsKnownZone(known)) << known;
  }
  for (const char* unknown : {"", "Europe/Atlantis", "Mars/Base", "europe moscow", "../../etc"}) {
    EXPECT_FALSE(IsKnownZone(unknown)) << unknown;
  }
}

}  // namespace
}  // namespace mooring::records
