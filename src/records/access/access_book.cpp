#include "records/access/access_book.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <map>

#include "records/access/person.h"
#include "records/access/token_text.h"

namespace mooring::records {

struct AccessBook::Held {
  std::uint64_t id = 0;
  Digest hash{};
  Time expires{};
  std::shared_ptr<const Principal> principal;
  mutable std::atomic<std::int64_t> used_us{0};  // since the last note; 0 not
};

struct AccessBook::Snapshot {
  // By the first eight bytes of the digest; two of those alike is a chance of one in 2^64.
  std::unordered_multimap<std::uint64_t, std::shared_ptr<const Held>> tokens;
  std::map<std::string, std::shared_ptr<const Principal>, std::less<>> named;
  std::map<std::string, std::vector<Grant>, std::less<>> of_person;  // by PersonOf
  bool any_token = false;
};

namespace {

std::uint64_t Bucket(const Digest& digest) {
  std::uint64_t bucket = 0;
  std::memcpy(&bucket, digest.data(), sizeof bucket);
  return bucket;
}

// What the scope of a token leaves of its principal's grants.
std::vector<Grant> Within(const TokenScope& scope, const std::vector<Grant>& grants) {
  std::vector<Grant> left;
  for (const Grant& grant : grants) {
    if ((scope.roles & SetOf(grant.role)) == 0) continue;
    if (scope.models.empty()) {
      left.push_back(grant);
    } else if (grant.model == kEveryModel) {
      for (const std::string& model : scope.models) left.push_back({grant.role, model});
    } else if (std::find(scope.models.begin(), scope.models.end(), grant.model) !=
               scope.models.end()) {
      left.push_back(grant);
    }
  }
  return left;
}

}  // namespace

AccessBook::AccessBook(Options options, std::unique_ptr<AccessStore> store)
    : options_(std::move(options)),
      store_(std::move(store)),
      current_(std::make_shared<const Snapshot>()) {}

Result<std::unique_ptr<AccessBook>> AccessBook::Open(Options options) {
  ASSIGN_OR_RETURN(
      auto store, AccessStore::Open({.path = options.path, .clock = options.clock, .witness = {}}));
  std::unique_ptr<AccessBook> book(new AccessBook(std::move(options), std::move(store)));
  RETURN_IF_ERROR(book->Refresh());
  return book;
}

std::shared_ptr<const AccessBook::Snapshot> AccessBook::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::shared_ptr<const Principal> AccessBook::WithToken(std::string_view token) const {
  if (!LooksLikeToken(token)) return nullptr;
  const Digest hash = HashOfToken(token);
  const auto snapshot = Current();
  const Time now = options_.clock->Now();
  const auto [begin, end] = snapshot->tokens.equal_range(Bucket(hash));
  for (auto at = begin; at != end; ++at) {
    const Held& held = *at->second;
    if (!SameDigest(held.hash, hash) || held.expires <= now) continue;
    held.used_us.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    return held.principal;
  }
  return nullptr;
}

std::shared_ptr<const Principal> AccessBook::Named(std::string_view name) const {
  const auto snapshot = Current();
  const auto found = snapshot->named.find(name);
  return found == snapshot->named.end() ? nullptr : found->second;
}

std::vector<Grant> AccessBook::GrantsOfPerson(std::string_view name) const {
  const auto snapshot = Current();
  const auto found = snapshot->of_person.find(PersonOf(name));
  return found == snapshot->of_person.end() ? std::vector<Grant>() : found->second;
}

bool AccessBook::has_tokens() const { return Current()->any_token; }

std::shared_ptr<CallerBudget> AccessBook::BudgetOf(const std::string& key, CallerCaps caps) {
  std::shared_ptr<CallerBudget>& budget = budgets_[key];
  if (budget == nullptr || !(budget->caps() == caps)) {
    budget = std::make_shared<CallerBudget>(caps);
  }
  return budget;
}

std::shared_ptr<const AccessBook::Snapshot> AccessBook::Make(const AccessFacts& facts) {
  auto next = std::make_shared<Snapshot>();
  std::map<std::string, std::vector<Grant>> grants;
  for (const GrantRecord& record : facts.grants) {
    grants[record.principal].push_back(record.grant);
    next->of_person[PersonOf(record.principal)].push_back(record.grant);
  }
  for (const auto& [name, held] : grants) {
    next->named[name] =
        std::make_shared<const Principal>(name, held, BudgetOf("principal " + name, {}));
  }
  const Time now = options_.clock->Now();
  for (const TokenRecord& token : facts.tokens) {
    next->any_token = true;
    // One that is revoked ends at once, whatever the two machines' clocks say.
    if (token.revoked != Time{} || token.expires <= now) continue;
    auto held = std::make_shared<Held>();
    held->id = token.id;
    held->hash = token.hash;
    held->expires = token.expires;
    held->principal = std::make_shared<const Principal>(
        token.principal, Within(token.scope, grants[token.principal]),
        BudgetOf("token " + std::to_string(token.id), token.caps));
    next->tokens.emplace(Bucket(token.hash), std::move(held));
  }
  return next;
}

Status AccessBook::Refresh() {
  const std::lock_guard refreshing(refreshing_);
  ASSIGN_OR_RETURN(const std::int64_t changes, store_->ChangesOfOthers());
  if (changes == seen_changes_) return Ok();
  ASSIGN_OR_RETURN(const AccessFacts facts, store_->Facts());
  auto next = Make(facts);
  {
    const std::lock_guard lock(mutex_);
    current_.swap(next);
  }
  seen_changes_ = changes;
  // Uses noted in the old snapshot go with it: they are told to the minute anyway.
  return Ok();
}

Status AccessBook::NoteUses() {
  std::vector<std::pair<std::uint64_t, Time>> uses;
  const auto snapshot = Current();
  for (const auto& [bucket, held] : snapshot->tokens) {
    const std::int64_t used = held->used_us.exchange(0, std::memory_order_relaxed);
    if (used != 0) uses.emplace_back(held->id, Time(Micros(used)));
  }
  return store_->NoteUses(uses);
}

void AccessBook::Run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  Nanos noted = options_.clock->Monotonic();
  bool failing = false;
  while (!stop.stop_requested()) {
    wake.wait_for(lock, stop, kLook, [] { return false; });
    Status done = Refresh();
    if (const Nanos now = options_.clock->Monotonic();
        done.ok() && (now - noted >= kNoteUses || stop.stop_requested())) {
      noted = now;
      done = NoteUses();
    }
    if (!done.ok() && !failing && options_.on_problem) options_.on_problem(done.error());
    failing = !done.ok();
  }
}

}  // namespace mooring::records
