#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace tillcue::test {

/// A disk that loses its power. The calls below SQLite's own VFS and below our few POSIX calls (open, write, truncate,
/// fsync, rename, unlink) are watched in one folder: each is done and recorded; fsync is recorded only, which also
/// makes a thousand power cuts fast. What a cut may leave is worked out from the record:
///   - a file's bytes are those of its last fsync, and of each later write any of its 512-byte sectors, or none;
///   - names made, changed or removed since the folder's last fsync come in their order up to any point.
/// The shared memory of a WAL is not on the disk. Stricter than ext4: fsync of a new file does not keep its name.
/// Threads  one disk at a time, and one thread in its folder.
class PowerCutDisk {
 public:
  /// What is in the folder now is durable.
  explicit PowerCutDisk(std::filesystem::path folder);
  ~PowerCutDisk();
  PowerCutDisk(PowerCutDisk const&) = delete;
  PowerCutDisk& operator=(PowerCutDisk const&) = delete;

  enum class Kind : std::uint8_t { create, write, truncate, sync, sync_folder, rename, unlink };
  struct Operation {
    Kind kind = Kind::write;
    std::string name, to{};
    std::uint64_t offset = 0;
    std::string bytes{};
  };
  [[nodiscard]] std::size_t operations() const noexcept { return record_.size(); }
  [[nodiscard]] std::vector<Operation> const& record() const noexcept { return record_; }
  /// The next operation and those after it fail (EIO), as when power is gone.
  void fail_after(std::size_t operations) { power_ = operations; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// Of the operations from `first` on, `count` writes find the disk full (ENOSPC); the first is taken in half.
  void full_from(std::size_t first, std::size_t count);
  /// No more failures.
  void mend();

  using Files = std::map<std::string, std::string>;
  /// How much of what was not synced is there.
  enum class Luck : std::uint8_t { all, none, some };
  /// What may be on the disk when power fails in operation `at`: those before it are done, it itself is on its way.
  [[nodiscard]] Files after(std::size_t at, Luck luck, std::mt19937_64& random) const;
  /// After everything recorded: the folder becomes that, and a new record begins.
  void cut(Luck luck, std::mt19937_64& random);
  static void put(std::filesystem::path const& folder, Files const& files);

  // For the watched calls.
  [[nodiscard]] std::string inside(std::string const& path) const;
  /// 0, or the errno to fail with; for writes `half` tells that the first half is to be taken.
  int allow(Kind kind, bool& half);
  void note(Operation operation) { record_.push_back(std::move(operation)); }

 private:
  std::filesystem::path folder_;
  Files base_;
  std::vector<Operation> record_;
  std::size_t power_ = SIZE_MAX;
  std::size_t full_first_ = SIZE_MAX, full_left_ = 0;
  bool failed_ = false;
};

}  // namespace tillcue::test
