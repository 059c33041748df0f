#include "coupon_press.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

#include "tillcue/pos/slip_painter.hpp"
#include "timer.hpp"

namespace tillcue::terminal {

namespace {

/// Items whose names are looked at for letters the printer lacks: a shop's script shows in its first names.
constexpr std::uint32_t kNamesLookedAt = 500;

}  // namespace

/// The painter and its thread. The module is loaded by the thread, at the first task.
class CouponPress::Painter {
 public:
  explicit Painter(std::filesystem::path module) : module_(std::move(module)), thread_([this] { work(); }) {}
  ~Painter() {
    {
      std::lock_guard const lock(mutex_);
      ended_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Painter(Painter const&) = delete;
  Painter& operator=(Painter const&) = delete;

  /// Runs on the thread; the painter is nullptr, and `why` says so, when it cannot be loaded.
  using Task = std::function<void(pos::SlipPainter* painter, std::string const& why)>;
  void paint(Task task) {
    {
      std::lock_guard const lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }

 private:
  void work() {
    Result<std::shared_ptr<pos::SlipPainter>> painter = fail(Code::not_found, "not loaded yet");
    for (bool loaded = false;; loaded = true) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ended_ || !tasks_.empty(); });
      if (ended_) return;
      auto const task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      if (!loaded) painter = pos::load_painter(module_);
      task(painter ? painter->get() : nullptr, painter ? std::string() : painter.error().what);
    }
  }

  std::filesystem::path module_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  bool ended_ = false;
  std::thread thread_;
};

/// A slip between io_context and painter: whoever is first ends it.
struct CouponPress::Waiting {
  Waiting(boost::asio::io_context& io, pos::CouponSlip what, Done then)
      : slip(std::move(what)), done(std::move(then)), timer(io) {}

  void end(std::optional<Job> job) {
    if (auto const told = taken()) told(std::move(job));
  }
  /// Whom to tell; nobody when that has happened. Whatever else is under way for this slip comes too late then.
  Done taken() {
    timer.cancel();
    return std::exchange(done, nullptr);
  }

  pos::CouponSlip slip;
  Done done;
  Timer timer;
};

CouponPress::CouponPress(boost::asio::io_context& io, Log const& log, pos::PrinterProfile profile,
                         std::optional<std::filesystem::path> painter, std::chrono::milliseconds patience)
    : io_(io), log_(log), profile_(std::move(profile)), patience_(patience) {
  if (painter && profile_.picture != pos::PictureKind::none) painter_ = std::make_unique<Painter>(std::move(*painter));
}

CouponPress::~CouponPress() = default;

CouponPress::Job CouponPress::spelled(pos::CouponSlip const& slip) const {
  Job job;
  job.bytes = pos::encode_coupon(slip, profile_, &job.report);
  return job;
}

void CouponPress::make(pos::CouponSlip slip, Done done) {
  if (!painter_ || !pos::needs_painter(slip, profile_)) return done(spelled(slip));
  auto waiting = std::make_shared<Waiting>(io_, std::move(slip), std::move(done));
  std::erase_if(waiting_, [](auto const& one) { return one.expired(); });
  waiting_.push_back(waiting);
  waiting->timer.expires_after(patience_);
  waiting->timer.async_wait([this, waiting](boost::system::error_code over) {
    if (over || !waiting->done) return;
    log_.warning("coupon.painted_too_late", {{"ms", std::to_string(patience_.count())}});
    waiting->end(spelled(waiting->slip));
  });
  auto paint = [&io = io_, &log = log_, waiting, slip = waiting->slip, profile = profile_](pos::SlipPainter* painter,
                                                                                           std::string const& why) {
    auto job = std::make_shared<Job>();
    job->bytes = pos::encode_coupon(slip, profile, &job->report, painter);
    boost::asio::post(io, [&log, waiting, job, why] {
      if (!why.empty()) log.warning("painter.missing", {{"why", why}});
      waiting->end(std::move(*job));
    });
  };
  painter_->paint(std::move(paint));
}

void CouponPress::cancel() {
  for (auto const& one : std::exchange(waiting_, {})) {
    auto const waiting = one.lock();
    if (!waiting) continue;
    // At once: its picture may be finished already and wait in the loop for its turn.
    if (auto told = waiting->taken()) boost::asio::post(io_, [told = std::move(told)] { told(std::nullopt); });
  }
}

void CouponPress::get_ready_for(std::string_view store, Bundle const& bundle) {
  if (!painter_) return;
  bool wanted = pos::needs_painter(store, profile_) || !profile_.code128 || !profile_.ean13;
  auto const items = std::min<std::uint32_t>(bundle.item_count(), kNamesLookedAt);
  for (std::uint32_t n = 0; n < items && !wanted; ++n)
    wanted = pos::needs_painter(bundle.item(ItemIx{n}).name, profile_);
  if (!wanted) return;
  painter_->paint([name = std::string(store)](pos::SlipPainter* painter, std::string const&) {
    std::u32string missing;
    // In every look a slip has, so that each font is found and its letters are there.
    for (bool const bold : {false, true}) {
      if (painter != nullptr) (void)painter->text(name + " 0123456789 %", {576, 24, true, bold, {}}, missing);
    }
  });
}

}  // namespace tillcue::terminal
