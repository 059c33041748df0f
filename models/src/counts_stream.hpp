#pragma once

#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/pair_rows.hpp"

namespace tillcue::models {

/// The parts of a counts file, for writing it row by row: head, one row for each item, tail (counts_file.cpp).
void put_counts_head(std::string& out, Counts const& items);
void put_counts_row(std::string& out, std::uint32_t item, std::span<std::uint32_t const> partner,
                    std::span<std::uint32_t const> together);
void put_counts_tail(std::string& out, std::uint32_t checksum);
/// Of what was put so far and `bytes`; begins with 0.  Source  zlib's CRC-32.
std::uint32_t add_checksum(std::uint32_t before, std::string_view bytes);

/// Writes a counts file as its rows come.
class CountsWriter final : public PairSink {
 public:
  CountsWriter(Counts const& items, Put put);
  Result<void> row(std::uint32_t item, std::span<std::uint32_t const> partner,
                   std::span<std::uint32_t const> together) override;
  Result<void> finish();
  [[nodiscard]] std::uint64_t pairs() const noexcept { return pairs_; }

 private:
  Result<void> flush(std::size_t least);

  Put put_;
  std::string buffer_;
  std::uint32_t checksum_ = 0;
  std::uint64_t pairs_ = 0;
};

/// Rows laid aside in a file without a name: gone with the object, and with the process.
class SpilledRows final : public PairSink {
 public:
  /// Errors  io.
  static Result<std::unique_ptr<SpilledRows>> create(std::string const& folder);
  SpilledRows(SpilledRows const&) = delete;
  SpilledRows& operator=(SpilledRows const&) = delete;
  ~SpilledRows() override;

  Result<void> row(std::uint32_t item, std::span<std::uint32_t const> partner,
                   std::span<std::uint32_t const> together) override;
  /// Goes back to the first row.
  Result<void> rewind();
  /// The next row that is not empty; false at the end.
  Result<bool> next();
  [[nodiscard]] std::uint32_t item() const noexcept { return item_; }
  [[nodiscard]] std::vector<std::uint32_t> const& partner() const noexcept { return partner_; }
  [[nodiscard]] std::vector<std::uint32_t> const& together() const noexcept { return together_; }

 private:
  SpilledRows(std::FILE* file, std::string folder) : file_(file), folder_(std::move(folder)) {}
  [[nodiscard]] bool write(std::span<std::uint32_t const> numbers);
  [[nodiscard]] bool read(std::span<std::uint32_t> numbers);

  std::FILE* file_;
  std::string folder_;
  std::uint32_t item_ = 0;
  std::vector<std::uint32_t> partner_;
  std::vector<std::uint32_t> together_;
};

}  // namespace tillcue::models
