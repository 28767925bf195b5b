#include "app/review_queue.h"

#include "control/limits/limit_desk.h"
#include "records/contract/contract.h"
#include "serving/reasons.h"

namespace mooring::app {

Result<std::unique_ptr<ReviewQueue>> ReviewQueue::Open(Options options) {
  std::unique_ptr<ReviewQueue> queue(new ReviewQueue(std::move(options)));
  ASSIGN_OR_RETURN(queue->store_, records::ReviewStore::Open(queue->options_.file));
  ASSIGN_OR_RETURN(queue->read_, records::ReviewStore::Open(queue->options_.file));
  return queue;
}

std::vector<records::ReviewEnd> ReviewQueue::Ended(DecisionId first, std::uint32_t rows) const {
  std::vector<records::ReviewEnd> ends;
  const Status read = read_->Read([&](records::ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto ended, tables.Ended(first, rows));
    for (const records::Review& review : ended) ends.push_back(records::EndOf(review));
    return Ok();
  });
  if (!read.ok()) options_.log->Error("reviews", read.error());
  return ends;
}

Result<records::Contract> ReviewQueue::ContractOf(const std::string& hash) const {
  ASSIGN_OR_RETURN(const std::string text, options_.registry->ContractText(hash));
  return records::ParseContract(text);
}

void ReviewQueue::Start() {
  control::ReviewFollower::Options follow;
  follow.files = options_.files;
  follow.journal = options_.journal;
  follow.journal_directory = options_.journal_directory;
  follow.store = store_.get();
  follow.clock = options_.clock;
  follow.contract_of = [this](const std::string& hash) { return ContractOf(hash); };
  follow.spend = options_.spend;
  follow.reason_name = serving::ReasonName;
  follow.on_problem = [this](const Error& error) { options_.log->Error("reviews", error); };
  follower_.emplace(std::move(follow));
  control::ReviewDesk::Options desk;
  desk.store = store_.get();
  desk.clock = options_.clock;
  desk.contract = control::ContractsOf(*options_.registry);
  desk.follow = [this] {
    const auto followed = follower_->Follow();
    if (!followed.ok()) options_.log->Error("reviews", followed.error());
  };
  desk.spend = options_.spend;
  desk.audit = options_.audit;
  desk.channel = "api";
  desk_.emplace(std::move(desk));
  thread_ = NamedThread("reviews", [this](std::stop_token stop) { follower_->Run(stop); });
}

void ReviewQueue::Stop() {
  thread_.RequestStop();
  thread_.Join();
}

}  // namespace mooring::app
