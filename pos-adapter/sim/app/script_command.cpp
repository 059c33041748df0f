#include <chrono>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "../src/script.hpp"
#include "commands.hpp"

namespace tillcue::pos::sim {
namespace {

struct ScriptArguments {
  std::string terminal, file;
  unsigned wait_ms = 500;
};

int play(ScriptArguments const& given) {
  auto const address = parse_terminal_address(given.terminal);
  if (!address) {
    std::cerr << "tillcue-pos: --terminal: " << address.error().what << '\n';
    return kExitUsage;
  }
  int input = STDIN_FILENO;
  if (!given.file.empty() && given.file != "-") {
    input = ::open(given.file.c_str(), O_RDONLY | O_CLOEXEC);
    if (input < 0) {
      std::cerr << "tillcue-pos: " << given.file << ": cannot be opened; check the name\n";
      return kExitInput;
    }
  }
  auto const done = play_script(*address, input, std::cout, std::chrono::milliseconds(given.wait_ms));
  if (input != STDIN_FILENO) ::close(input);
  if (!done) {
    bool const input_wrong = done.error().code == Code::invalid;
    auto const what = input_wrong && !given.file.empty() ? done.error().within(given.file).what : done.error().what;
    std::cerr << "tillcue-pos: " << what << '\n';
    return input_wrong ? kExitInput : kExitLost;
  }
  return *done > 0 ? kExitRefused : 0;
}

}  // namespace

void add_script(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand("script", "send JSON lines to a terminal and show what comes back, with times");
  auto given = std::make_shared<ScriptArguments>();
  command->add_option("--terminal", given->terminal, "the terminal: HOST:PORT, unix:/PATH or ws://HOST:PORT/pos")
      ->required();
  command->add_option("file", given->file, "JSON lines; standard input when left out");
  command->add_option("--wait-ms", given->wait_ms, "how long to listen after the last line")->capture_default_str();
  command->callback([given, &chosen] { chosen = [given] { return play(*given); }; });
}

}  // namespace tillcue::pos::sim
