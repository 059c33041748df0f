#pragma once

#include <cstddef>
#include <functional>

namespace CLI {
class App;
}

namespace tillcue::pos::sim {

/// What a subcommand does once its options are read; the result is the exit code.
using Command = std::function<int()>;

// Each adds its subcommand to `app` and sets `chosen` when it is the one on the command line.
void add_run(CLI::App& app, Command& chosen);
void add_print(CLI::App& app, Command& chosen);
void add_printer(CLI::App& app, Command& chosen);
void add_layout(CLI::App& app, Command& chosen);
void add_coupon(CLI::App& app, Command& chosen);
void add_script(CLI::App& app, Command& chosen);

/// Of a file that a command takes whole.
inline constexpr std::size_t kMostBytes = 256U << 20U;

// Exit codes, documented in --help.
inline constexpr int kExitRefused = 1;  ///< the terminal refused something
inline constexpr int kExitUsage = 2;    ///< the command line is wrong
inline constexpr int kExitInput = 3;    ///< a file is wrong, or an address cannot be used
inline constexpr int kExitLost = 4;     ///< the terminal was gone or silent

}  // namespace tillcue::pos::sim
