// Every limit of the program, by name, in one place: what an outsider can make us hold, parse,
// queue or repeat. A limit hit is kTooLarge or kResourceExhausted and names the limit.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mooring::limits {

inline constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;

// HTTP
inline constexpr std::size_t kRequestBodyBytes = 16 * kMiB;
inline constexpr std::size_t kRequestHeaderBytes = 32 * kKiB;
inline constexpr std::size_t kRequestTargetBytes = 8 * kKiB;
inline constexpr std::size_t kConnections = 10'000;
inline constexpr std::chrono::seconds kRequestDeadline{30};
inline constexpr std::chrono::seconds kIdleConnection{75};

// JSON
inline constexpr std::size_t kJsonDepth = 32;

// Tables
inline constexpr std::size_t kColumns = 4096;
inline constexpr std::size_t kRowsPerRequest = 100'000;
inline constexpr std::size_t kStringBytes = 8 * kKiB;     // one string or category value
inline constexpr std::size_t kCategories = 65'536;        // known values of one column
inline constexpr std::size_t kCsvLineBytes = 1 * kMiB;

// Names
inline constexpr std::size_t kNameBytes = 128;            // model, alias, feature
inline constexpr std::size_t kRequestIdBytes = 128;
inline constexpr std::size_t kReasonBytes = 1024;

// Models
inline constexpr std::size_t kArtifactBytes = 1 * kGiB;
inline constexpr std::size_t kArtifactFiles = 1024;       // of one artifact
inline constexpr std::size_t kArtifactPathBytes = 512;    // of one file in it
inline constexpr std::size_t kArtifactDepth = 16;         // directories inside each other
inline constexpr std::size_t kManifestBytes = 1 * kMiB;
inline constexpr std::size_t kTrees = 100'000;
inline constexpr std::size_t kTreeNodes = 50'000'000;     // all trees of one model
inline constexpr std::size_t kTreeDepth = 512;
inline constexpr std::size_t kFeatures = 65'536;
inline constexpr std::size_t kModelOutputs = 1024;        // outputs of one row
inline constexpr std::size_t kGoldenRows = 10'000;

// Contract
inline constexpr std::size_t kContractBytes = 256 * kKiB;
inline constexpr std::size_t kContractDepth = 16;          // maps and lists inside each other
inline constexpr std::size_t kContractErrors = 100;        // told at once; the rest is counted
inline constexpr std::size_t kLimits = 64;                 // stop-limits of one contract
inline constexpr std::size_t kExpressionBytes = 4 * kKiB;
inline constexpr std::size_t kExpressionDepth = 64;
inline constexpr std::size_t kPatternBytes = 1 * kKiB;     // a regular expression
inline constexpr std::size_t kPatternMemoryBytes = 1 * kMiB;  // compiled and while matching

// Registry
inline constexpr std::size_t kRegistryTextBytes = 4 * kMiB;  // one JSON text of a row
inline constexpr std::size_t kVerdictsPerModel = 10'000;     // older ones are dropped
inline constexpr int kRegistryAttempts = 12;               // of 5 s to open it; calls as Options

// Journal
inline constexpr std::size_t kJournalRecordBytes = 64 * kMiB;
inline constexpr std::size_t kJournalQueueBytes = 64 * kMiB;
inline constexpr std::uint64_t kJournalSegmentBytes = 128 * kMiB;
inline constexpr std::size_t kOutcomesPerRequest = 1'000'000;
inline constexpr std::size_t kOutcomesInFlight = 2'000'000;  // of all requests, not durable yet
inline constexpr std::size_t kOutcomesBodyBytes = 96 * kMiB;  // of POST /api/v1/outcomes alone
// How long the ids of requests are known, and outcomes told apart from new ones. Both are found
// again after a start, as far as the newest kRemembered decisions and outcomes reach.
inline constexpr std::chrono::hours kRequestIdHorizon{24};
inline constexpr std::chrono::hours kOutcomeHorizon{7 * 24};
inline constexpr std::chrono::hours kReleaseHorizon{24};  // of a decision that was not used
inline constexpr std::size_t kRemembered = std::size_t{1} << 22;

// Searches of what is tracked
inline constexpr std::size_t kSearchFilterBytes = 512 * kKiB;
inline constexpr std::size_t kSearchClauses = 128;
inline constexpr std::size_t kSearchListValues = 10'000;   // of one IN
inline constexpr std::size_t kSearchPatternBytes = 1 * kKiB;  // of one LIKE
inline constexpr std::size_t kSearchOrders = 32;
inline constexpr std::size_t kSearchOrderBytes = 4 * kKiB;  // one of them
inline constexpr std::size_t kSearchTokenBytes = 1 * kKiB;  // of a page
inline constexpr std::uint64_t kSearchOffset = 1'000'000'000;  // of a page
inline constexpr std::size_t kSearchPageBytes = 64 * kMiB;  // then a page ends early

// Control log
inline constexpr std::size_t kControlRecordBytes = 64 * kKiB;

// Serving
inline constexpr std::size_t kInFlight = 4096;            // decisions between admit and answer
inline constexpr std::size_t kLoadedVersions = 256;

}  // namespace mooring::limits
