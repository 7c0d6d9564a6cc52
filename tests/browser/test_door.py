def test_a_paralegal_signs_in_and_sees_their_rooms(enter):
    page = enter("parvin")
    assert page.locator("h1").inner_text() == "Desk"
    rooms = page.locator("nav.rail").inner_text()
    assert "Take in" in rooms
    assert "The log" not in rooms
