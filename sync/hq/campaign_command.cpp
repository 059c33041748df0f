#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace tillcue::sync {
namespace {

constexpr auto kSibling = "tillcue-models";

/// Beside this program: both are installed into one folder, and rooms do not include each other.
Result<std::string> sibling() {
  std::error_code failed;
  auto const own = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return fail(Code::io, "campaign: cannot find where tillcue-hq is: " + failed.message());
  auto path = (own.parent_path() / kSibling).string();
  if (::access(path.c_str(), X_OK) == 0) return path;
  return fail(Code::not_found,
              "campaign: " + path + " is not there; it does the work: install tillcue-models beside tillcue-hq");
}

/// Its exit code, with its output on ours.
Result<int> run(std::string const& program, std::vector<std::string> words) {
  words.insert(words.begin(), {program, "campaign"});
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (auto const error = ::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ)) {
    return fail(Code::io, "campaign: cannot start " + program + ": " + std::strerror(error));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return fail(Code::io, std::string("campaign: lost ") + kSibling + ": " + std::strerror(errno));
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return fail(Code::io,
              std::string("campaign: ") + kSibling + " was ended by signal " + std::to_string(WTERMSIG(status)));
}

Exit run_campaign(std::vector<std::string> const& words) {
  auto const program = sibling();
  if (!program) return report_error(program.error());
  auto const code = run(*program, words);
  if (!code) return report_error(code.error());
  // The two programs agree on 0, 2 and 3; 1 is that of a system that failed.
  return *code == 1 ? Exit::trouble : static_cast<Exit>(*code);
}

}  // namespace

void add_campaign_command(CLI::App& app, Command& chosen) {
  auto* const command = app.add_subcommand(
      "campaign", "Checks and explains campaigns files: tillcue-models campaign, with all its options");
  command->prefix_command();
  command->set_help_flag();  // the other program's help is the one that is meant
  command->callback([command, &chosen] {
    auto const words = command->remaining();
    chosen = [words] { return run_campaign(words); };
  });
}

}  // namespace tillcue::sync
