#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/sync/bundle_store.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {
namespace fs = std::filesystem;

/// The store between its files: bundle_store_start.cpp reads the pointer and chooses what a start runs,
/// bundle_store.cpp does the rest.
struct BundleStore::State {
  struct Place {
    std::uint64_t release = 0;
    std::string bundle;  ///< digest in hexadecimal; empty: none
    friend bool operator==(Place const&, Place const&) = default;
  };
  /// One way to the bundle: its own pieces, or a parcel.
  struct Way {
    Sha256 object;
    std::uint64_t size = 0;
    std::optional<Sha256> list{}, base{};
    bool parcel = false;

    [[nodiscard]] std::uint32_t count() const {
      return static_cast<std::uint32_t>((size + kChunkBytes - 1) / kChunkBytes);
    }
    [[nodiscard]] std::size_t piece_size(std::uint32_t n) const {
      return static_cast<std::size_t>(std::min<std::uint64_t>(kChunkBytes, size - std::uint64_t{n} * kChunkBytes));
    }
  };
  struct Staging {
    Manifest manifest;
    std::vector<Way> ways;       ///< best first; the last is the bundle's own pieces
    std::vector<Sha256> pieces;  ///< of the first way; empty until the list is known
    std::set<std::uint32_t> missing;
    bool here = false;    ///< the content is on this disk already
    bool opened = false;  ///< out of a parcel, in the bundle's part file

    [[nodiscard]] Way const& way() const { return ways.front(); }
  };

  Database db;
  fs::path folder;
  SelfTest self_test;
  Fault fault;
  ProbeTest probe_test{};
  unsigned starts = 0;
  bool trusted = true;
  std::string scope = "all";
  Place active{}, previous{}, newest{};
  std::uint64_t refused = 0;
  std::string refused_why{};
  std::string damage{};
  std::optional<Staging> staging{};
  std::stop_source opening{};

  [[nodiscard]] fs::path file(std::string const& bundle) const { return folder / (bundle + ".bundle"); }
  [[nodiscard]] fs::path part(Sha256 const& object) const { return folder / (object.hex() + ".part"); }
  [[nodiscard]] fs::path part() const { return part(staging->manifest.bundle); }
  Result<void> step(std::string_view name) const { return fault ? fault(name) : Result<void>{}; }

  Result<void> load();
  [[nodiscard]] std::optional<Active> chosen() const;
  Result<void> save(Place const& next, Place const& before, Place const& highest, std::uint64_t bad);
  Result<void> examine(std::string const& bundle) const;
  Result<void> choose();
  Result<void> check(fs::path const& content, std::string const& bundle) const;
  Result<void> probe(fs::path const& content) const;
  Result<void> settle();
  Result<void> flip();
  Result<void> save_attempt();
  Result<void> save_refusal(std::string why);
  Result<Place> find_way_back(std::string const& why);
  Result<void> fall_back_to(Place const& place, std::uint64_t bad);
  Result<void> count_start();
  void resume();
  void choose_way();
  void remove_others() const;
};

}  // namespace tillcue::sync
