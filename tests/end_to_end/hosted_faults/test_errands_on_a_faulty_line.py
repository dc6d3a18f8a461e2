"""What is done once in a while, on a line that fails: the license is renewed, a subscription is
begun and changed, a group is founded."""

from __future__ import annotations

from app.seam import hosted
from tests.end_to_end.hosted_faults.books import until
from tests.end_to_end.hosted_faults.conftest import Life
from tests.end_to_end.hosted_faults.test_faulty_line import (
    EVERY_KIND,
    WHOLE_KINDS,
    bought,
    state_of,
)

CHANGE = "POST /api/subscription/subscribe"


async def test_a_license_is_renewed_through_every_fault(life: Life) -> None:
    driver = life.desktop.driver
    for kind, after in EVERY_KIND:
        life.desktop.place.server.time.pass_by(days=40)
        fault = life.line.fail(kind, "GET /api/license", after, times=2)
        await driver.ask(hosted.AskLicense(renew=True, serial=1), hosted.HostedDone)
        assert fault.met, kind
        life.line.mend()
        done = await driver.ask(hosted.AskLicense(renew=True, serial=2), hosted.HostedDone)
        assert done.fault is None, kind
        assert driver.all(hosted.LicenseShown)[-1].license.status == "valid"


async def test_a_subscription_is_begun_and_changed_through_every_fault(life: Life) -> None:
    driver = life.desktop.driver
    life.line.fail("late", CHANGE)
    checkout = await bought(life, "premium")
    await until(lambda: state_of(life, checkout) == "credited")
    for kind, after in EVERY_KIND:
        for action, canceled in (("cancel", True), ("resume", False)):
            fault = life.line.fail(kind, CHANGE, after)
            done = await driver.ask(hosted.ChangeSubscription(1, action), hosted.HostedDone)
            assert fault.met, (kind, action)
            await until(lambda: not life.line.is_busy)
            # Whoever was told of a failure tries again, and is told where it had been done.
            if done.fault is not None and kind not in WHOLE_KINDS:
                await driver.ask(hosted.ChangeSubscription(2, action), hosted.HostedDone)
            assert await _is_canceled(life) == canceled, (kind, action)
    assert len(driver.all(hosted.ShopShown)[-1].shop.purchases) == 1
    assert await life.desktop.place.troubles() == []


async def _is_canceled(life: Life) -> bool:
    """As the shop shows it by itself."""
    await life.desktop.driver.ask(hosted.AskShop(serial=3), hosted.HostedDone)
    subscription = life.desktop.driver.all(hosted.ShopShown)[-1].shop.subscription
    assert subscription is not None
    return subscription.cancels_at_end


async def test_a_group_is_founded_once_through_every_fault(life: Life) -> None:
    driver = life.desktop.driver
    for number, (kind, after) in enumerate(EVERY_KIND):
        await life.desktop.place.server.run("DELETE FROM buckets WHERE name LIKE 'accounts/%'")
        fault = life.line.fail(kind, "POST /api/organizations", after)
        order = hosted.MakeGroup(1, "organization", f"Acme {number}")
        done = await driver.ask(order, hosted.HostedDone)
        assert fault.met, kind
        if done.fault is not None:
            done = await driver.ask(order, hosted.HostedDone)
            assert done.fault is None, (kind, done.fault)
        await until(lambda: not life.line.is_busy)
        await driver.ask(hosted.AskGroups(3), hosted.HostedDone)
        names = [each.name for each in driver.all(hosted.GroupsShown)[-1].groups]
        assert sorted(names) == [f"Acme {n}" for n in range(number + 1)], kind
