#pragma once

namespace tillcue::terminal {

/// The whole program `tillcued`.
/// Exit codes  0 stopped by a signal or nothing to do (--check, --help); 2 wrong command line or configuration;
///             1 could not start or had to stop.
int run_tillcued(int argc, char** argv);

}  // namespace tillcue::terminal
