#include "sync/faults/power_cut_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "sync/faults/watched_calls.hpp"

namespace tillcue::test {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kSector = 512;

/// A file as the model sees it: what is safe, and what was done since.
struct Inode {
  std::string safe;
  std::vector<PowerCutDisk::Operation const*> open{};
};
using Names = std::map<std::string, std::shared_ptr<Inode>>;

void write(std::string& file, std::uint64_t offset, std::string_view bytes) {
  if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size(), '\0');
  file.replace(offset, bytes.size(), bytes);
}

/// Whatever sectors of the operation luck lets through.
void leak(std::string& file, PowerCutDisk::Operation const& op, double share, std::mt19937_64& random) {
  std::bernoulli_distribution there(share);
  if (op.kind == PowerCutDisk::Kind::truncate) {
    if (there(random)) file.resize(op.offset, '\0');
    return;
  }
  for (std::size_t at = 0; at < op.bytes.size();) {
    std::size_t const left = kSector - (op.offset + at) % kSector;
    auto const end = std::min(op.bytes.size(), at + left);
    if (there(random)) write(file, op.offset + at, std::string_view(op.bytes).substr(at, end - at));
    at = end;
  }
}

void finish(std::string& file, PowerCutDisk::Operation const& op) {
  if (op.kind == PowerCutDisk::Kind::truncate) return file.resize(op.offset, '\0');
  write(file, op.offset, op.bytes);
}

void rename_in(Names& names, PowerCutDisk::Operation const& op) {
  using Kind = PowerCutDisk::Kind;
  if (op.kind == Kind::unlink) names.erase(op.name);
  if (op.kind != Kind::rename) return;
  names[op.to] = names[op.name];
  names.erase(op.name);
}

/// Replays a record: two views of the names, now and safe.
struct Replay {
  Names now, safe;
  std::vector<std::pair<PowerCutDisk::Operation const*, std::shared_ptr<Inode>>> names_open{};

  void apply(PowerCutDisk::Operation const& op) {
    using Kind = PowerCutDisk::Kind;
    switch (op.kind) {
      case Kind::create:
        now[op.name] = std::make_shared<Inode>();
        names_open.emplace_back(&op, now[op.name]);
        return;
      case Kind::write:
      case Kind::truncate:
        if (auto const it = now.find(op.name); it != now.end()) it->second->open.push_back(&op);
        return;
      case Kind::sync:
        if (auto const it = now.find(op.name); it != now.end()) {
          for (auto const* one : it->second->open) finish(it->second->safe, *one);
          it->second->open.clear();
        }
        return;
      case Kind::sync_folder:
        keep_names(names_open.size());
        return;
      case Kind::rename:
      case Kind::unlink:
        names_open.emplace_back(&op, nullptr);
        rename_in(now, op);
        return;
    }
  }
  void keep_names(std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) {
      auto const& [op, inode] = names_open[n];
      if (inode) safe[op->name] = inode;
      if (!inode) rename_in(safe, *op);
    }
    names_open.clear();
  }
};

PowerCutDisk* watched = nullptr;

}  // namespace

PowerCutDisk* watched_disk() noexcept { return watched; }

PowerCutDisk::PowerCutDisk(fs::path folder) : folder_(fs::canonical(folder)) {
  for (auto const& entry : fs::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file() || entry.path().string().ends_with("-shm")) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    base_[fs::relative(entry.path(), folder_).string()] = text.str();
  }
  watched = this;
}

PowerCutDisk::~PowerCutDisk() { watched = nullptr; }

std::string PowerCutDisk::inside(std::string const& path) const {
  auto const& own = folder_.native();
  if (path.size() <= own.size() || path.compare(0, own.size(), own) != 0 || path[own.size()] != '/') {
    return path == own ? "." : "";
  }
  return path.ends_with("-shm") ? "" : path.substr(own.size() + 1);
}

void PowerCutDisk::full_from(std::size_t first, std::size_t count) {
  full_first_ = first;
  full_left_ = count;
}

void PowerCutDisk::mend() {
  power_ = full_first_ = SIZE_MAX;
  full_left_ = 0;
  failed_ = false;
}

int PowerCutDisk::allow(Kind kind, bool& half) {
  if (record_.size() >= power_) {
    failed_ = true;
    return EIO;
  }
  if (kind != Kind::write || record_.size() < full_first_ || full_left_ == 0) return 0;
  failed_ = true;
  half = full_first_ != 0;
  full_first_ = 0;
  --full_left_;
  return ENOSPC;
}

PowerCutDisk::Files PowerCutDisk::after(std::size_t at, Luck luck, std::mt19937_64& random) const {
  Replay replay;
  for (auto const& [name, bytes] : base_) replay.safe[name] = std::make_shared<Inode>(Inode{bytes});
  replay.now = replay.safe;
  for (std::size_t n = 0; n < std::min(at, record_.size()); ++n) replay.apply(record_[n]);
  // The one on its way: a sync that has not come back promises nothing.
  auto const under_way = at < record_.size() ? &record_[at] : nullptr;
  if (under_way != nullptr && under_way->kind != Kind::sync && under_way->kind != Kind::sync_folder) {
    replay.apply(*under_way);
  }
  double const share =
      luck == Luck::all ? 1 : (luck == Luck::none ? 0 : std::uniform_real_distribution(0.1, 0.9)(random));
  auto const names = replay.names_open.size();
  auto const kept = luck == Luck::all ? names : (luck == Luck::none ? 0 : random() % (names + 1));
  replay.keep_names(kept);
  Files files;
  for (auto const& [name, inode] : replay.safe) {
    auto bytes = inode->safe;
    for (auto const* op : inode->open) leak(bytes, *op, share, random);
    files[name] = std::move(bytes);
  }
  return files;
}

void PowerCutDisk::put(fs::path const& folder, Files const& files) {
  auto* const was = std::exchange(watched, nullptr);
  std::vector<fs::path> old;
  for (auto const& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) old.push_back(entry.path());
  }
  for (auto const& file : old) fs::remove(file);
  for (auto const& [name, bytes] : files) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << bytes;
  }
  watched = was;
}

void PowerCutDisk::cut(Luck luck, std::mt19937_64& random) {
  auto files = after(record_.size(), luck, random);
  put(folder_, files);
  base_ = std::move(files);
  record_.clear();
  mend();
}

}  // namespace tillcue::test
