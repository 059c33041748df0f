#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "hq_pretend.hpp"
#include "tillcue/sync/hq_keys.hpp"

namespace tillcue::sync::hq_test {

inline bool skipped() {
  if (test::Mosquitto::available()) return false;
  MESSAGE("skipped: mosquitto is not installed");
  return true;
}

/// A broker, a pair of keys and the program, for chain "demo".
struct Office {
  test::TempDir folder;
  test::Mosquitto broker;
  KeyEntry keys = *init_key(folder / "keys", "hq");
  std::filesystem::path db = folder / "hq.sqlite";
  KeyRing ring;

  Office() { ring.pin(*PublicKey::load(keys.public_file)); }

  [[nodiscard]] std::unique_ptr<Program> serve() const {
    return std::make_unique<Program>(std::vector<std::string>{"serve", "--broker", broker.uri(), "--chain", "demo",
                                                              "--db", db.string(), "--key",
                                                              keys.private_file.string()});
  }
  /// Exit code.
  [[nodiscard]] int run(std::vector<std::string> const& arguments, std::string* output = nullptr,
                        std::string* errors = nullptr) const {
    Program program{arguments};
    int const code = program.wait();
    if (output != nullptr) *output = program.output();
    if (errors != nullptr) *errors = program.errors();
    return code;
  }
};

}  // namespace tillcue::sync::hq_test
