#include "data_lock.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace tillcue::terminal {

Result<DataLock> DataLock::take(std::filesystem::path const& folder) {
  auto const file = folder / "lock";
  int const fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return DataLock();
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return DataLock(fd);
  ::close(fd);
  return fail(Code::busy,
              "data_dir " + folder.string() + ": in use by another tillcued; every terminal needs a folder of its own");
}

DataLock::~DataLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace tillcue::terminal
