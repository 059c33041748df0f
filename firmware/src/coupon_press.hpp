#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "tillcue/core/bundle.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/pos/coupon.hpp"

namespace tillcue::terminal {

/// Makes a printer's bytes of slips. What has to be painted is painted on a thread of its own, so that nothing of the
/// sale waits for fonts; what is not painted in time is spelled in ASCII.
/// Threads  the io_context's; the painter's thread posts there.
class CouponPress {
 public:
  struct Job {
    std::vector<std::byte> bytes;
    pos::CouponReport report;
  };
  /// Nothing: cancelled.
  using Done = std::function<void(std::optional<Job>)>;

  /// The longest a slip waits for its painting, at the counter.
  static constexpr std::chrono::milliseconds kPainting{150};

  /// Borrows `io` and `log`. Without `painter` nothing is painted.
  CouponPress(boost::asio::io_context& io, Log const& log, pos::PrinterProfile profile,
              std::optional<std::filesystem::path> painter, std::chrono::milliseconds patience = kPainting);
  ~CouponPress();
  CouponPress(CouponPress const&) = delete;
  CouponPress& operator=(CouponPress const&) = delete;

  /// `done` is called once: at once when nothing needs painting, later else.
  void make(pos::CouponSlip slip, Done done);
  /// What waits for its painting ends with nothing, later.
  void cancel();
  /// Loads the painter and its fonts when the shop's words or the bundle's need them, before a customer waits for it.
  void get_ready_for(std::string_view store, Bundle const& bundle);

  [[nodiscard]] pos::PrinterProfile const& profile() const noexcept { return profile_; }

 private:
  class Painter;
  struct Waiting;

  [[nodiscard]] Job spelled(pos::CouponSlip const& slip) const;

  boost::asio::io_context& io_;
  Log const& log_;
  pos::PrinterProfile profile_;
  std::unique_ptr<Painter> painter_;
  std::chrono::milliseconds patience_;
  std::vector<std::weak_ptr<Waiting>> waiting_;
};

}  // namespace tillcue::terminal
