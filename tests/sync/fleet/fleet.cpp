// Many tills in one process, driven by lines on standard input; tests/sync/fleet/fleet.py holds the other end.
//
//   sync_fleet bundles FOLDER MEBIBYTES              writes first.bundle and second.bundle, a week's training apart
//   sync_fleet tills BROKER-PORT KEY.pub.pem FOLDER COUNT [FIRST.bundle]
//     sell COUNT GROUP   every till sells so many results, committed in groups
//     cut PERCENT        connections broken for each hundred messages heard
//     status             one line of JSON
//   The end of standard input stops all in order.

#include <fstream>
#include <iostream>
#include <sstream>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "till.hpp"
#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::sync::fleet {
namespace {

constexpr unsigned kLoops = 8;  // a loop waits while the disk syncs; the others go on
constexpr unsigned kWorkers = 2;
constexpr unsigned kStopping = 200;

/// A catalogue as large as asked for, `week` by `week` a little different in one row of twenty.
BundleSource source_of(std::uint32_t items, std::uint32_t week) {
  constexpr std::uint32_t kRow = 100;
  BundleSource source;
  source.currency = {{'E', 'U', 'R'}, 2};
  source.calibration = {{{{0.0F, 50'000}, {0.5F, 400'000}}}};
  source.rows.resize(items);
  for (std::uint32_t n = 0; n < items; ++n) {
    std::mt19937 random(n % 20 == 0 ? n + week : n);
    ItemSource item;
    item.sku = "S" + std::to_string(n);
    item.name = "Item " + std::to_string(n);
    item.price_minor = 100 + n;
    source.items.push_back(std::move(item));
    source.bias.push_back(static_cast<float>(random() % 10) / 100);
    std::set<std::uint32_t> targets;
    while (targets.size() < std::min(kRow, items / 2)) targets.insert(random() % items);
    targets.erase(n);
    for (auto const target : targets) source.rows[n].push_back({target, static_cast<float>(random() % 1000) / 1000});
  }
  return source;
}

void write_bundles(std::filesystem::path const& folder, double mebibytes) {
  auto const wanted = mebibytes * 1024 * 1024;
  auto items = 2'000U;
  for (int n = 0; n < 3; ++n) {  // the bytes of an item grow with the catalogue
    auto const trial = write_bundle(source_of(items, 1));
    if (!trial) throw std::runtime_error(trial.error().what);
    items = static_cast<std::uint32_t>(items * wanted / static_cast<double>(trial->size()));
  }
  for (std::uint32_t week : {1U, 2U}) {
    auto const bytes = write_bundle(source_of(items, week));
    if (!bytes) throw std::runtime_error(bytes.error().what);
    std::ofstream out(folder / (week == 1 ? "first.bundle" : "second.bundle"), std::ios::binary);
    out.write(reinterpret_cast<char const*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
    std::cout << items << " items, " << bytes->size() << " bytes\n";
  }
}

/// Descriptors: seven a till.
void take_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Fleet {
 public:
  Fleet(int port, std::string const& key, std::filesystem::path const& folder, unsigned count,
        std::filesystem::path const& first)
      : cutter_(port, 1), loops_(kLoops), workers_(kWorkers) {
    if (auto const pinned = keys_.pin_file(key); !pinned) throw std::runtime_error(pinned.error().what);
    shared_ = std::make_unique<Shared>(
        Shared{"mqtt://127.0.0.1:" + std::to_string(port), folder, keys_, traffic_, cutter_, workers_});
    for (unsigned n = 0; n < count; ++n) {
      auto const name = "till-" + std::to_string(n);
      if (!first.empty() && n == 0) install(folder / name, first);
      if (!first.empty() && n > 0) copy_store(folder / "till-0", folder / name);
    }
    for (unsigned n = 0; n < count; ++n) {
      auto& loop = loops_[n % kLoops];
      tills_.push_back(std::make_unique<Till>(*shared_, "till-" + std::to_string(n), 17 * n + 1, loop));
      loop.post(tills_.back().get(), [till = tills_.back().get()] { till->start(); });
    }
  }

  /// A disconnect takes Paho a second and more, whoever else waits: so many at once.
  ~Fleet() {
    for (auto& loop : loops_) loop.halt();
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> stopping;
    for (unsigned n = 0; n < kStopping; ++n) {
      stopping.emplace_back([this, &next] {
        for (auto at = next++; at < tills_.size(); at = next++) tills_[at]->stop();
      });
    }
    for (auto& thread : stopping) thread.join();
  }

  void obey(std::string const& line) {
    std::istringstream words(line);
    std::string what;
    double number = 0, group = 1;
    words >> what >> number >> group;
    if (what == "status") return status();
    if (what == "cut") return cutter_.set(number);
    if (what != "sell") throw std::runtime_error("\"" + line + "\" is no command");
    for (std::size_t n = 0; n < tills_.size(); ++n) {
      loops_[n % kLoops].post(tills_[n].get(), [till = tills_[n].get(), number, group] {
        till->sell(static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(group));
      });
    }
  }

 private:
  void status() {
    Sum sum;
    std::string error;
    for (std::size_t first = 0; first < kLoops; ++first) {
      loops_[first].ask([&] {
        for (auto n = first; n < tills_.size(); n += kLoops) {
          tills_[n]->add_to(sum);
          if (!tills_[n]->last_error().empty()) error = tills_[n]->last_error();
        }
      });
    }
    auto releases = nlohmann::json::object();
    for (auto const& [release, count] : sum.releases) releases[std::to_string(release)] = count;
    std::cout << nlohmann::json{{"tills", sum.tills},
                                {"connected", sum.connected},
                                {"connects", sum.connects},
                                {"pieces", sum.pieces},
                                {"pieces_refused", sum.pieces_refused},
                                {"piece_timeouts", sum.piece_timeouts},
                                {"batches", sum.batches},
                                {"pending", sum.pending},
                                {"promised", sum.promised},
                                {"unsold", sum.unsold},
                                {"errors", sum.errors},
                                {"last_error", error},
                                {"releases", releases},
                                {"bytes_down", traffic_.bytes_down.load()},
                                {"bytes_up", traffic_.bytes_up.load()},
                                {"cuts", traffic_.cuts.load()}}
                     .dump()
              << std::endl;
  }

  KeyRing keys_;
  Traffic traffic_;
  Cutter cutter_;
  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Till>> tills_;
  std::vector<Loop> loops_;
  Workers workers_;  ///< ends first: it posts to the loops
};

int run(std::vector<std::string> const& words) {
  if (words.size() == 4 && words[1] == "bundles") {
    write_bundles(words[2], std::stod(words[3]));
    return 0;
  }
  if ((words.size() != 6 && words.size() != 7) || words[1] != "tills") {
    std::cerr << "usage: sync_fleet bundles FOLDER MEBIBYTES\n"
                 "       sync_fleet tills BROKER-PORT KEY.pub.pem FOLDER COUNT [FIRST.bundle]\n";
    return 2;
  }
  take_descriptors();
  Fleet fleet(std::stoi(words[2]), words[3], words[4], static_cast<unsigned>(std::stoul(words[5])),
              words.size() == 7 ? words[6] : "");
  for (std::string line; std::getline(std::cin, line);) fleet.obey(line);
  return 0;
}

}  // namespace
}  // namespace tillcue::sync::fleet

int main(int argc, char** argv) {
  try {
    return tillcue::sync::fleet::run({argv, argv + argc});
  } catch (std::exception const& error) {
    std::cerr << "sync_fleet: " << error.what() << '\n';
    return 1;
  }
}
