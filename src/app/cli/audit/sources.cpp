#include "app/cli/audit/sources.h"

#include "app/cli/store/open.h"
#include "base/limits.h"
#include "records/audit/control_log.h"

namespace mooring::app::cli {
namespace {

constexpr std::uint64_t kSmallFileBytes = 1 * limits::kMiB;

}  // namespace

std::vector<Flag> FromFlag() {
  return {{.name = "from",
           .value = "FILE",
           .summary = "a copy of the log in place of the data directory's",
           .completes = Completes::kFile}};
}

std::vector<Flag> HeadFlag(std::string_view summary) {
  return {{.name = "head", .value = "FILE", .summary = summary, .completes = Completes::kFile}};
}

std::vector<Flag> OutFileFlag() {
  return {{.name = "out",
           .value = "FILE",
           .summary = "write it there in place of stdout",
           .completes = Completes::kFile}};
}

Result<std::string> ControlDirectory(Context& context, std::string_view command) {
  RETURN_IF_ERROR(RequireLocal(context, command));
  const SettingValue& root = context.settings.Value("data_dir");
  const DataPaths paths(root.text);
  if (context.files->Exists(records::ControlLogPath(paths.control))) return paths.control;
  return Error(Code::kNotFound, "no control log in '" + root.text + "'")
      .Why("data_dir comes from: " + root.origin)
      .Help("it is made by the first change; name a copy with --from");
}

Result<std::unique_ptr<MappedFile>> OpenControlLog(Context& context, const Args& args) {
  if (args.Has("from")) return context.files->Map(args.Text("from"));
  ASSIGN_OR_RETURN(const std::string directory, ControlDirectory(context, "audit"));
  return context.files->Map(records::ControlLogPath(directory));
}

Result<std::string> ReadSmallFile(Context& context, const std::string& path) {
  return context.files->ReadFile(path, kSmallFileBytes);
}

Result<records::TreeHead> ReadHead(Context& context, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(context, path));
  auto head = records::DecodeHead(text);
  if (head.ok()) return head;
  return std::move(head).error().Where(path);
}

Result<PublicKey> ReadKey(Context& context, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(context, path));
  auto key = PublicKeyFromPem(text);
  if (key.ok()) return key;
  return std::move(key).error().Where(path);
}

Result<std::vector<records::TreeHead>> ReadKeptHeads(Context& context,
                                                     const std::string& directory) {
  return records::ReadKeptHeads(*context.files, directory);
}

Status WriteOut(Context& context, const Args& args, const std::string& text) {
  if (!args.Has("out")) {
    context.Print(text);
    return Ok();
  }
  RETURN_IF_ERROR(context.files->WriteFileDurably(args.Text("out"), AsBytes(text)));
  context.Hint("wrote " + args.Text("out"));
  return Ok();
}

}  // namespace mooring::app::cli
