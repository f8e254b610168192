"""Given names that are nearly always a man's or nearly always a woman's, to tell "Mr. Warren" from Elizabeth Warren.

The commonest of English-speaking countries; a name that is not here may be anybody's. Names both use (Alex, Robin, Kim,
Leslie, Jordan, Taylor, Jean, Andrea) are left out.
"""

from __future__ import annotations

from rag.roles import word_set

MALE = word_set(
    "james john robert michael david william richard joseph thomas charles christopher daniel matthew anthony mark "
    "donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob "
    "gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond "
    "patrick jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle walter ethan jeremy "
    "harold keith christian roger noah gerald carl terrence sean austin arthur lawrence bill bob jim tom mike joe "
    "dave steve jeff greg tim chuck rick barack bernard ted juan carlos luis ahmed mohammed hans pierre ivan marcus"
)
FEMALE = word_set(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra "
    "ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura "
    "cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra "
    "rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren "
    "christina joan evelyn judith megan cheryl hannah jacqueline martha gloria teresa ann anne sara madison kathryn "
    "janice julia alice jane nancy hillary melania stacey rosa carmen fatima sophie claire ellen susanna joanna"
)
