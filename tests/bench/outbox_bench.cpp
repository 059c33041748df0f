// What an outbox writes to its disk: bytes of write calls and bytes sent to the device (/proc/self/io), for each
// result, by how many results share a commit. Everything is acknowledged in batches, as HQ does it, and deleted.
//
//   outbox_bench FOLDER [RESULTS]     a folder on the disk that is meant (not a tmpfs); default 4,000 results

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>

#include "sync/samples.hpp"
#include "tillcue/sync/outbox.hpp"

using namespace tillcue;
using namespace tillcue::sync;

namespace {

struct Io {
  std::uint64_t calls = 0, device = 0;
};

Io io_now() {
  std::ifstream file("/proc/self/io");
  Io io;
  std::string name;
  std::uint64_t value = 0;
  while (file >> name >> value) {
    if (name == "wchar:") io.calls = value;
    if (name == "write_bytes:") io.device = value;
  }
  return io;
}

/// A decision, its answer, a closed sale of ten lines, in turn: what a till reports of a sale.
Outcome result(std::size_t number) {
  if (number % 3 == 2) return test::sale(10);
  auto made = test::decision(1);
  if (number % 3 == 0) return made;
  return {made.at, OfferAnswered{SaleId{"20261121-17-0042"}, 1, Response::accepted, true}};
}

int measure(std::filesystem::path const& folder, std::size_t results, std::size_t group) {
  auto const file = folder / ("outbox-" + std::to_string(group) + ".sqlite");
  for (char const* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + part);
  auto const before = io_now();
  std::size_t payload = 0;
  auto const begun = std::chrono::steady_clock::now();
  {
    auto outbox = Outbox::open(file, TerminalId{"till-7"});
    if (!outbox) return std::cerr << outbox.error().what << '\n', 1;
    for (std::size_t n = 0; n < results; ++n) {
      auto const outcome = result(n);
      payload += encode_event(outcome)->size();
      if (!outbox->append(outcome)) return 1;
      if ((n + 1) % group != 0) continue;
      if (!outbox->commit()) return 1;
      if (outbox->pending() >= 200 && !outbox->acknowledge(outbox->epoch(), outbox->last_sequence())) return 1;
    }
  }
  auto const took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
  auto const after = io_now();
  auto const each = [&](std::uint64_t bytes) { return bytes / results; };
  std::cout << std::setw(9) << group << std::setw(11) << payload / results << std::setw(13)
            << each(after.calls - before.calls) << std::setw(14) << each(after.device - before.device) << std::setw(12)
            << std::fixed << std::setprecision(2) << took / static_cast<double>(results / group) << '\n';
  for (char const* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + part);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return std::cerr << "usage: outbox_bench FOLDER [RESULTS]\n", 2;
  auto const results = count > 2 ? std::strtoul(words[2], nullptr, 10) : 4'000UL;
  std::cout << "results a  payload     written by    sent to the  a commit\n"
               "commit     bytes       calls, bytes  disk, bytes  ms\n";
  for (std::size_t const group : {1U, 4U, 10U, 40U, 200U}) {
    if (measure(words[1], std::max<std::size_t>(results / group, 1) * group, group) != 0) return 1;
  }
  return 0;
}
