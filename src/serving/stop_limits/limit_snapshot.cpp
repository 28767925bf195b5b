#include "serving/stop_limits/limit_snapshot.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"

namespace mooring::serving {

using records::LimitStateId;

namespace {

static_assert(std::endian::native == std::endian::little, "fields are copied as they are");

constexpr std::string_view kMagic = "MLB2";
constexpr std::size_t kChecksum = 4, kBudgetBytes = 72, kBucketBytes = 40, kHoldingBytes = 40;
constexpr std::size_t kPeakBytes = 16, kSegmentBytes = 16;

template <typename T>
void Put(T value, std::string& out) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof bytes);
}

void PutId(const LimitStateId& id, std::string& out) {
  Put(id.high, out);
  Put(id.low, out);
}

void PutBudget(const LedgerImage::BudgetImage& budget, std::string& out) {
  PutId(budget.id, out);
  PutId(budget.family, out);
  for (const std::int64_t field : {budget.latched_at, budget.arrival_ns, budget.result}) {
    Put(field, out);
  }
  Put<std::uint64_t>(budget.peaks.size(), out);
  for (const ResultPeaks::Peak& peak : budget.peaks) {
    Put(peak.until, out);
    Put(peak.value, out);
  }
  Put<std::uint64_t>(budget.buckets.size(), out);
  for (const WindowBucket& bucket : budget.buckets) {
    for (const std::int64_t field :
         {bucket.begin, bucket.expires, bucket.plus, bucket.minus, bucket.count}) {
      Put(field, out);
    }
  }
}

// Takes fields from the front; `bad` once there were too few bytes or a field was wrong.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Take() {
    T value{};
    if (bytes_.size() < sizeof value) {
      bad_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::int64_t TakeNumber() { return Take<std::int64_t>(); }
  LimitStateId TakeId() {
    const auto high = Take<std::uint64_t>();
    return {high, Take<std::uint64_t>()};
  }
  // How many entries of at least `each` bytes follow.
  std::size_t TakeCount(std::size_t each) {
    const auto count = Take<std::uint64_t>();
    Need(count <= bytes_.size() / each);
    return bad_ ? 0 : static_cast<std::size_t>(count);
  }
  void Need(bool holds) { bad_ = bad_ || !holds; }
  bool bad() const { return bad_; }
  bool AtEnd() const { return bytes_.empty() && !bad_; }

 private:
  std::string_view bytes_;
  bool bad_ = false;
};

WindowBucket TakeBucket(Fields& fields) {
  WindowBucket bucket;
  bucket.begin = fields.TakeNumber();
  bucket.expires = fields.TakeNumber();
  bucket.plus = fields.TakeNumber();
  bucket.minus = fields.TakeNumber();
  bucket.count = fields.TakeNumber();
  fields.Need(bucket.expires > 0 && bucket.expires > bucket.begin);
  fields.Need(bucket.plus >= 0 && bucket.minus >= 0 && bucket.count >= 0);
  return bucket;
}

void TakePeaks(Fields& fields, LedgerImage::BudgetImage& budget) {
  const std::size_t peaks = fields.TakeCount(kPeakBytes);
  fields.Need(peaks <= ResultPeaks::kMost);
  for (std::size_t i = 0; i < peaks && !fields.bad(); ++i) {
    ResultPeaks::Peak peak;
    peak.until = fields.TakeNumber();
    peak.value = fields.TakeNumber();
    fields.Need(peak.value > budget.result);
    fields.Need(i == 0 ||
                (budget.peaks.back().until < peak.until && budget.peaks.back().value > peak.value));
    budget.peaks.push_back(peak);
  }
}

LedgerImage::BudgetImage TakeBudget(Fields& fields) {
  LedgerImage::BudgetImage budget;
  budget.id = fields.TakeId();
  budget.family = fields.TakeId();
  budget.latched_at = fields.TakeNumber();
  budget.arrival_ns = fields.TakeNumber();
  budget.result = fields.TakeNumber();
  fields.Need(budget.latched_at >= 0 && budget.arrival_ns >= 0);
  TakePeaks(fields, budget);
  const std::size_t buckets = fields.TakeCount(kBucketBytes);
  budget.buckets.reserve(buckets);
  for (std::size_t i = 0; i < buckets && !fields.bad(); ++i) {
    const WindowBucket bucket = TakeBucket(fields);
    fields.Need(i == 0 || budget.buckets.back().begin < bucket.begin);
    fields.Need(i == 0 || budget.buckets.back().expires <= bucket.expires);
    budget.buckets.push_back(bucket);
  }
  return budget;
}

LedgerImage::HoldingImage TakeHolding(Fields& fields) {
  LedgerImage::HoldingImage holding;
  holding.decision.replica = fields.Take<std::uint16_t>();
  fields.Need(fields.Take<std::uint16_t>() == 0);
  holding.decision.segment = fields.Take<std::uint32_t>();
  holding.decision.ordinal = fields.Take<std::uint32_t>();
  fields.Need(fields.Take<std::uint32_t>() == 0);
  holding.state = fields.TakeId();
  holding.amount = fields.TakeNumber();
  fields.Need(holding.amount > 0);
  return holding;
}

void TakeBudgets(Fields& fields, LedgerImage& image) {
  const std::size_t budgets = fields.TakeCount(kBudgetBytes);
  image.budgets.reserve(budgets);
  for (std::size_t i = 0; i < budgets && !fields.bad(); ++i) {
    image.budgets.push_back(TakeBudget(fields));
    fields.Need(i == 0 || image.budgets[i - 1].id < image.budgets[i].id);
  }
}

void TakeHoldings(Fields& fields, LedgerImage& image) {
  const std::size_t holdings = fields.TakeCount(kHoldingBytes);
  image.holdings.reserve(holdings);
  for (std::size_t i = 0; i < holdings && !fields.bad(); ++i) {
    image.holdings.push_back(TakeHolding(fields));
    const LedgerImage::HoldingImage& holding = image.holdings.back();
    fields.Need(i == 0 || image.holdings[i - 1] <= holding);
    fields.Need(std::binary_search(image.budgets.begin(), image.budgets.end(), holding.state,
                                   [](const auto& a, const auto& b) {
                                     if constexpr (requires { a.id; }) {
                                       return a.id < b;
                                     } else {
                                       return a < b.id;
                                     }
                                   }));
  }
}

void TakeSettled(Fields& fields, LedgerImage& image) {
  const std::size_t segments = fields.TakeCount(kSegmentBytes);
  for (std::size_t i = 0; i < segments && !fields.bad(); ++i) {
    const auto replica = fields.Take<std::uint32_t>();
    const std::pair key(static_cast<std::uint16_t>(replica), fields.Take<std::uint32_t>());
    const std::size_t count = fields.TakeCount(sizeof(std::uint64_t));
    SettledDecisions::Words words(count);
    for (std::uint64_t& word : words) word = fields.Take<std::uint64_t>();
    fields.Need(replica == key.first && count > 0);
    fields.Need(!words.empty() && words.back() != 0);
    fields.Need(image.settled.empty() || image.settled.rbegin()->first < key);
    if (!fields.bad()) image.settled.emplace_hint(image.settled.end(), key, std::move(words));
  }
}

Error Damaged(const char* what) {
  return Error(Code::kDataLoss, std::string("a snapshot of limits is damaged: ") + what)
      .Help("fold the journal from its start instead");
}

}  // namespace

std::string EncodeLedger(const LedgerImage& image) {
  std::string out(kMagic);
  Put<std::uint32_t>(image.frozen ? 1 : 0, out);
  Put(image.last, out);
  Put<std::uint64_t>(image.budgets.size(), out);
  for (const auto& budget : image.budgets) PutBudget(budget, out);
  Put<std::uint64_t>(image.holdings.size(), out);
  for (const auto& holding : image.holdings) {
    Put<std::uint32_t>(holding.decision.replica, out);
    Put(holding.decision.segment, out);
    Put<std::uint64_t>(holding.decision.ordinal, out);
    PutId(holding.state, out);
    Put(holding.amount, out);
  }
  Put<std::uint64_t>(image.settled.size(), out);
  for (const auto& [segment, words] : image.settled) {
    Put<std::uint32_t>(segment.first, out);
    Put(segment.second, out);
    Put<std::uint64_t>(words.size(), out);
    for (const std::uint64_t word : words) Put(word, out);
  }
  Put(Crc32c(AsBytes(out)), out);
  return out;
}

Result<LedgerImage> DecodeLedger(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return Damaged("it does not begin as one");
  if (bytes.size() < kMagic.size() + kChecksum) return Damaged("it is too short");
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksum);
  Fields checksum(bytes.substr(body.size()));
  if (checksum.Take<std::uint32_t>() != Crc32c(AsBytes(body))) return Damaged("its checksum");
  Fields fields(body.substr(kMagic.size()));
  LedgerImage image;
  const auto flags = fields.Take<std::uint32_t>();
  image.frozen = flags == 1;
  image.last = fields.TakeNumber();
  fields.Need(flags <= 1 && image.last >= 0);
  TakeBudgets(fields, image);
  TakeHoldings(fields, image);
  TakeSettled(fields, image);
  if (!fields.AtEnd()) return Damaged("a field is out of bounds");
  return image;
}

}  // namespace mooring::serving
