#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {

inline constexpr std::int32_t kNoDay = std::numeric_limits<std::int32_t>::min();

/// One day of one transactions file, as counts remember it: enough to weigh the day by its age and to notice when the
/// same sales are counted twice. The layout and the hash are part of the counts file (models/COUNTS.md).
struct CountedSource {
  static constexpr std::size_t kSample = 16;

  std::int32_t day = kNoDay;  ///< since 1970-01-01; kNoDay where there is no date
  std::uint64_t baskets = 0;
  std::uint64_t digest = 0;           ///< sum of the hashes of all its baskets
  std::vector<std::uint64_t> sample;  ///< the smallest hashes of its baskets with at least two items, rising
  friend bool operator==(CountedSource const&, CountedSource const&) = default;
  friend auto operator<=>(CountedSource const&, CountedSource const&) = default;
};

/// The day of a time in seconds since 1970.
std::int32_t day_of(std::int64_t seconds) noexcept;
/// "2026-11-20"; "no date" for kNoDay.
std::string day_text(std::int32_t day);

/// The sources of the given baskets of `data`, one a file and day, sorted.
/// Cost  one pass over the baskets.
std::vector<CountedSource> sources_of(Dataset const& data, std::span<std::uint32_t const> baskets);

/// Sources that belong together under a name for the user.
struct NamedSources {
  std::string name;
  std::vector<CountedSource> sources;
};

/// Sales that two of the parts both hold.
struct Duplicate {
  std::string first, second;  ///< names of the parts
  std::int32_t day = kNoDay;
  bool whole = false;  ///< all baskets are the same, not only some
};

/// Looks for the same baskets (id, time and items) in sources of two parts: all of them, or a quarter of the samples
/// and at least two. Overlaps of a few baskets in a hundred are not noticed; other stores with the same ids are no
/// duplicates. Cost  one look-up a sampled basket.
std::vector<Duplicate> find_duplicates(std::span<NamedSources const> parts);

/// The mend where the parts are files of transactions.
inline constexpr char kGiveOnce[] = "give each file once, or take it so with --allow-duplicates";
/// Errors  invalid, with the first duplicates and the mend `mend`.
Result<void> refuse_duplicates(std::span<NamedSources const> parts, std::string const& mend);

/// The sources of `data` file by file, under the files' names.
/// Shape  `files` as many as data.file_end.
std::vector<NamedSources> sources_by_file(Dataset const& data, std::span<std::string const> files);

/// For files read in several shares of their baskets: adds the sources of one share to those of the shares before it.
/// Shape  the same files in the same order.
void add_share(std::vector<NamedSources>& sum, std::span<NamedSources const> share);
/// All sources of the files, sorted, as Counts holds them.
std::vector<CountedSource> all_sources(std::span<NamedSources const> files);

}  // namespace tillcue::models
